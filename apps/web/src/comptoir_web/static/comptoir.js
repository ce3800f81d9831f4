/* Progressive enhancement, nothing more: every page works without this file.
   - the summary of a form's errors takes the focus
   - a dangerous action asks once, naming what goes away
   - a GET form leaves its empty fields out of the address
   - what was typed comes back when the session ended meanwhile
   - rows of a repeated group are added and removed in place
   - charts are drawn from the data- attributes of their canvas */
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* --- errors --- */

  const summary = document.querySelector("[data-takes-focus]");
  if (summary) summary.focus();

  document.addEventListener("click", (event) => {
    // A link of the summary opens the folded part that holds its field.
    const link = event.target.closest('.error-summary a[href^="#"]');
    if (!link) return;
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    event.preventDefault();
    field.focus();
  });

  /* --- menus close like menus --- */

  const menus = () => all("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* --- one question before what can't be taken back --- */

  const ask = (form) => {
    const dialog = document.createElement("dialog");
    dialog.className = "confirm";
    const question = document.createElement("p");
    question.id = "confirm-question";
    question.textContent = form.dataset.confirm;
    dialog.setAttribute("aria-labelledby", question.id);
    const buttons = document.createElement("div");
    buttons.className = "row-of-actions";
    const button = (label, kind) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = `btn ${kind}`;
      made.textContent = label;
      buttons.append(made);
      return made;
    };
    button(form.dataset.cancelLabel, "btn-quiet").addEventListener("click", () => dialog.close());
    button(form.dataset.confirmLabel, "btn-danger").addEventListener("click", () => {
      form.dataset.confirmed = "yes";
      dialog.close();
      form.requestSubmit();
    });
    dialog.append(question, buttons);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  /* --- what was typed waits in this tab while one signs in again ---
     The server leads back to the page of the form; any other page means that the form arrived. */

  const KEPT = "comptoir-typed";
  const typed = (form) => all("input, select, textarea", form)
    .filter((field) => field.name && !["hidden", "password", "checkbox", "radio"].includes(field.type));
  const signsIn = document.querySelector("form[data-signs-in]");

  const keep = (form) => {
    if (signsIn) return;
    const values = Object.fromEntries(typed(form).map((field) => [field.name, field.value]));
    sessionStorage.setItem(KEPT, JSON.stringify({ address: location.href, action: form.action, values }));
  };

  const kept = sessionStorage.getItem(KEPT);
  if (kept && !signsIn) {
    sessionStorage.removeItem(KEPT);
    const { address, action, values } = JSON.parse(kept);
    const form = all("main form").find((one) => one.method === "post" && one.action === action);
    if (form && address === location.href) {
      for (const field of typed(form)) field.value = values[field.name] ?? field.value;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && form.dataset.confirmed !== "yes") {
      event.preventDefault();
      ask(form);
      return;
    }
    if (form.method === "get") {
      for (const field of all("input, select", form)) {
        if (field.name && (field.value === "" || field.value === field.dataset.default)) field.disabled = true;
      }
      // The page may come back from the browser's memory: its fields must be there again.
      setTimeout(() => all(":disabled", form).forEach((field) => { field.disabled = false; }), 0);
      return;
    }
    // A second press while the first is on its way sends nothing; the server would keep one of them anyway.
    if (form.dataset.sent === "yes") event.preventDefault();
    form.dataset.sent = "yes";
    keep(form);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  /* --- a choice that sends its form --- */

  for (const choice of all("[data-sends]")) {
    choice.addEventListener("change", () => choice.form.requestSubmit());
    for (const button of all("button", choice.form)) button.hidden = true;
  }

  /* --- parts of a form that belong to a choice ---
     <div data-shown-when="kind" data-shown-for="balloon"> */

  const follow = () => {
    for (const part of all("[data-shown-when]")) {
      const chosen = document.getElementById(part.dataset.shownWhen);
      if (chosen) part.hidden = !part.dataset.shownFor.split(" ").includes(chosen.value);
    }
  };
  document.addEventListener("change", follow);
  follow();

  /* --- a form beside its answer: folded on a phone, where the answer comes first --- */

  const wide = matchMedia("(min-width: 768px)");
  const fold = () => all("[data-folds-on-phone]").forEach((part) => { part.open = wide.matches; });
  fold();
  wide.addEventListener("change", fold);

  /* --- repeated rows --- */

  const renumber = (group) => {
    all(":scope > .repeated", group).forEach((row, index) => {
      for (const node of all("[name], [id], [for], [aria-describedby]", row)) {
        for (const attribute of ["name", "id", "for", "aria-describedby"]) {
          const value = node.getAttribute(attribute);
          if (value) node.setAttribute(attribute, value.replaceAll(/-\d+-/g, `-${index}-`));
        }
      }
      const number = row.querySelector("[data-row-number]");
      if (number) number.textContent = String(index + 1);
    });
  };

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-adds]");
    const remove = event.target.closest("[data-removes]");
    if (add) {
      event.preventDefault();
      const group = document.getElementById(add.dataset.adds);
      const template = group.querySelector("template");
      template.before(template.content.cloneNode(true));
      renumber(group);
      const rows = all(":scope > .repeated", group);
      rows[rows.length - 1].querySelector("input, select").focus();
    } else if (remove) {
      event.preventDefault();
      const row = remove.closest(".repeated");
      const group = row.parentElement;
      row.remove();
      renumber(group);
      group.querySelector("[data-adds]")?.focus();
    }
  });

  /* --- charts --- */

  const charts = all("canvas[data-chart]");
  if (!charts.length || !window.Chart) return;

  const locale = document.documentElement.lang;
  const styles = () => getComputedStyle(document.documentElement);

  const draw = (canvas) => {
    const data = JSON.parse(canvas.dataset.chart);
    const look = styles();
    const colour = (name) => look.getPropertyValue(name).trim();
    const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
    const whole = new Intl.NumberFormat(locale, { style: "currency", currency: data.currency, maximumFractionDigits: data.decimals, minimumFractionDigits: data.decimals });
    const font = { size: 13, family: getComputedStyle(document.body).fontFamily };
    const named = (text) => ({ display: true, text, font, color: colour("--ink-soft") });
    const axis = (more) => ({
      border: { display: false },
      ticks: { color: colour("--ink-soft"), font },
      grid: { color: colour("--line") },
      ...more,
    });
    const y = axis({ stacked: true, beginAtZero: true, title: named(data.unit) });
    y.ticks.callback = (value) => short.format(value);
    y.ticks.maxTicksLimit = 6;
    const x = axis({ stacked: true, grid: { display: false }, title: named(data.abscissa) });
    x.ticks.maxRotation = 0;
    x.ticks.autoSkipPadding = 16;
    return new window.Chart(canvas, {
      type: "bar",
      data: {
        labels: data.labels,
        datasets: data.series.map((series, index) => ({
          label: series.label,
          data: series.values.map(Number),
          backgroundColor: colour(`--chart-${index + 1}`),
          borderRadius: 2,
          maxBarThickness: 48,
          categoryPercentage: 0.86,
          barPercentage: 0.92,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: { x, y },
        plugins: {
          legend: { display: false },
          tooltip: {
            callbacks: {
              label: (item) => ` ${item.dataset.label} ${whole.format(Number(data.series[item.datasetIndex].values[item.dataIndex]))}`,
            },
          },
        },
      },
    });
  };

  let drawn = charts.map(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawn.forEach((chart) => chart.destroy());
    drawn = charts.map(draw);
  });
})();
