"""Group freight as the pages, the API and the command line use it: one service, whoever asks."""
