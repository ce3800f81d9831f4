"""``python -m comptoir_cli``: the command where no script is installed."""

from comptoir_cli.main import main

main()
