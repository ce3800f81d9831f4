/* Progressive enhancement, nothing more: every page works without this file.
   - the summary of a form's errors takes the focus
   - a dangerous action asks once, naming what goes away
   - a GET form leaves its empty fields out of the address
   - what was typed comes back when the session ended meanwhile
   - rows of a repeated group are added and removed in place
   - sums of fields are said as they are typed
   - what follows from sliders and fields is asked of the server as they change
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
      // A page without scripts asks by itself: this one has asked.
      const said = document.createElement("input");
      Object.assign(said, { type: "hidden", name: "confirmed", value: "yes" });
      form.append(said);
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
    .filter((field) => field.name && !["hidden", "password", "checkbox", "file"].includes(field.type));
  const signsIn = document.querySelector("form[data-signs-in]");

  const keep = (form) => {
    if (signsIn) return;
    const values = Object.fromEntries(typed(form).filter((field) => field.type !== "radio" || field.checked).map((field) => [field.name, field.value]));
    sessionStorage.setItem(KEPT, JSON.stringify({ address: location.href, action: form.action, values }));
  };

  const kept = sessionStorage.getItem(KEPT);
  if (kept && !signsIn) {
    sessionStorage.removeItem(KEPT);
    const { address, action, values } = JSON.parse(kept);
    const form = all("main form").find((one) => one.method === "post" && one.action === action);
    if (form && address === location.href) {
      for (const field of typed(form)) {
        if (field.type === "radio") field.checked = values[field.name] === field.value;
        else field.value = values[field.name] ?? field.value;
      }
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

  // A group inside a row is renamed with it, what its template holds too.
  const NUMBERED = ["name", "id", "for", "value", "aria-describedby", "data-adds", "data-shown-when"];

  const rename = (row, prefix, index) => {
    for (const attribute of NUMBERED) {
      for (const node of all(`[${attribute}*="${prefix}-"]`, row)) {
        if (attribute === "value" && node.tagName !== "BUTTON") continue;
        const parts = node.getAttribute(attribute).split(prefix).map((part, place) => (place ? part.replace(/^-\d+(?=-|$)/, `-${index}`) : part));
        node.setAttribute(attribute, parts.join(prefix));
      }
    }
    for (const inner of all("template", row)) rename(inner.content, prefix, index);
  };

  const renumber = (group) => {
    const prefix = group.id.replace(/^group-/, "");
    all(":scope > .repeated", group).forEach((row, index) => {
      rename(row, prefix, index);
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
      const template = group.querySelector(":scope > template");
      template.before(template.content.cloneNode(true));
      renumber(group);
      follow();
      const rows = all(":scope > .repeated", group);
      rows[rows.length - 1].querySelector("input, select").focus();
    } else if (remove) {
      event.preventDefault();
      const row = remove.closest(".repeated");
      const group = row.parentElement;
      row.remove();
      renumber(group);
      group.dispatchEvent(new Event("input", { bubbles: true }));
      group.querySelector(":scope > [data-adds]")?.focus();
    }
  });

  /* --- a sum of fields: said as it is typed, reckoned again by the server --- */

  const locale = document.documentElement.lang;
  const inPercent = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 2 });

  const addUp = () => {
    for (const sum of all("output[data-sum-of]")) {
      const fields = all(`[data-adds-up="${sum.dataset.sumOf}"]`).map((field) => Number(field.value.replace(/[\s%]/g, "").replace(",", ".")));
      const hundredths = fields.filter(Number.isFinite).reduce((total, value) => total + Math.round(value * 100), 0);
      sum.textContent = inPercent.format(hundredths / 10000);
      sum.parentElement.classList.toggle("sum-over", hundredths > sum.dataset.most * 100);
    }
  };
  document.addEventListener("input", addUp);
  document.addEventListener("click", addUp);

  /* --- sliders and fields whose answer follows them: the server reckons, the page shows ---
     <form data-live="answer" data-from="/address"> beside <div id="answer"> */

  const written = (output, value) => {
    const { unit, year, years } = output.dataset;
    if (unit === "years") return `${value} ${value === 1 ? year : years}`;
    if (unit === "percent") return inPercent.format(value / 100);
    return new Intl.NumberFormat(locale, { style: "currency", currency: unit }).format(value);
  };

  for (const form of all("form[data-live]")) {
    const answer = document.getElementById(form.dataset.live);
    const said = document.getElementById(`${form.dataset.live}-said`);
    let waiting;
    let asked = new AbortController();
    for (const button of all(".without-script", form)) button.hidden = true;
    const reckon = async () => {
      asked.abort();
      asked = new AbortController();
      const mine = asked;
      const told = (field) => field.name && field.value !== (field.dataset.default ?? "") && (field.type !== "radio" || field.checked);
      const changed = all("input, select", form).filter(told);
      const query = new URLSearchParams(changed.map((field) => [field.name, field.value]));
      const address = query.size ? `${form.action}?${query}` : form.action;
      const late = setTimeout(() => answer.setAttribute("aria-busy", "true"), 300);
      try {
        const reply = await fetch(`${form.dataset.from}?${query}`, { signal: mine.signal });
        if (reply.redirected || (!reply.ok && reply.status !== 422)) throw new Error(reply.statusText);
        const page = new DOMParser().parseFromString(await reply.text(), "text/html");
        const open = all("details", answer).map((part) => part.open);
        answer.replaceChildren(...page.body.childNodes);
        all("details", answer).forEach((part, index) => { part.open = open[index] ?? part.open; });
        if (said) said.textContent = answer.querySelector("[data-says]")?.textContent ?? "";
        history.replaceState(null, "", address);
        document.dispatchEvent(new Event("comptoir:drawn"));
      } catch (error) {
        // The whole page says what happened: the session ended, or the server is away.
        if (error.name !== "AbortError") location.assign(address);
      } finally {
        clearTimeout(late);
        if (mine === asked) answer.removeAttribute("aria-busy");
      }
    };
    form.addEventListener("input", (event) => {
      const output = form.querySelector(`output[for="${event.target.id}"]`);
      if (output) output.textContent = written(output, Number(event.target.value));
      clearTimeout(waiting);
      waiting = setTimeout(reckon, 200);
    });
  }

  /* --- charts --- */

  if (!window.Chart) return;

  const styles = () => getComputedStyle(document.documentElement);

  const DAY = 86400000;

  const ticks = (days) => {
    const first = new Date(days[0]);
    const last = new Date(days[days.length - 1]);
    const span = (last - first) / DAY;
    if (span < 62) {
      // A few days or weeks: so many days apart.
      const step = Math.max(1, Math.ceil(span / 7)) * DAY;
      const found = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, place) => ({ value: first.getTime() + place * step }));
      return { found, shown: { day: "numeric", month: "short" } };
    }
    // The first day of months, quarters or years: as many as find room.
    const months = (last - first) / 2629800000;
    const step = [1, 2, 3, 6, 12, 24, 60, 120].find((size) => months / size <= 7) ?? 240;
    const found = [];
    for (let month = first.getUTCFullYear() * 12; found.length < 12; month += step) {
      const day = Date.UTC(Math.floor(month / 12), month % 12, 1);
      if (day > last) break;
      if (day >= first) found.push({ value: day });
    }
    return { found, shown: step >= 12 ? { year: "numeric" } : { month: "short", year: "2-digit" } };
  };

  const draw = (canvas) => {
    const data = JSON.parse(canvas.dataset.chart);
    const look = styles();
    const colour = (name) => look.getPropertyValue(name).trim();
    const digits = { maximumFractionDigits: data.decimals, minimumFractionDigits: data.decimals };
    // A rate has a unit and no currency, and the figures of its axis need the decimals it has.
    const short = new Intl.NumberFormat(locale, data.currency ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: data.decimals });
    const whole = new Intl.NumberFormat(locale, data.currency ? { style: "currency", currency: data.currency, ...digits } : digits);
    const font = { size: 13, family: getComputedStyle(document.body).fontFamily };
    const named = (text) => ({ display: true, text, font, color: colour("--ink-soft") });
    const axis = (more) => ({
      border: { display: false },
      ticks: { color: colour("--ink-soft"), font, maxRotation: 0, autoSkipPadding: 16 },
      grid: { color: colour("--line") },
      ...more,
    });
    const amounts = (more) => {
      const y = axis({ title: named(data.unit ?? data.currency), ...more });
      y.ticks.callback = (value) => short.format(value);
      y.ticks.maxTicksLimit = 6;
      return y;
    };

    const bars = () => ({
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
      scales: {
        x: axis({ stacked: true, grid: { display: false }, title: named(data.abscissa) }),
        y: amounts({ stacked: true, beginAtZero: true }),
      },
      said: (item) => ` ${item.dataset.label} ${whole.format(Number(data.series[item.datasetIndex].values[item.dataIndex]))}`,
    });

    const ring = () => ({
      type: "doughnut",
      data: {
        labels: data.labels,
        datasets: [{
          data: data.values.map(Number),
          backgroundColor: data.labels.map((_, index) => colour(`--chart-${index + 1}`)),
          borderColor: colour("--card"),
          borderWidth: 2,
        }],
      },
      cutout: "64%",
      interaction: { mode: "nearest", intersect: true },
      said: (item) => ` ${item.label} ${whole.format(Number(data.values[item.dataIndex]))}`,
    });

    const through = (series) => {
      const { found, shown } = ticks(data.days);
      const tick = new Intl.DateTimeFormat(locale, { ...shown, timeZone: "UTC" });
      const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
      const x = axis({ type: "linear", grid: { display: false }, afterBuildTicks: (scale) => { if (found.length) scale.ticks = found; } });
      x.min = Date.parse(data.days[0]);
      x.max = Date.parse(data.days[data.days.length - 1]);
      x.ticks.callback = (value) => tick.format(value);
      return {
        type: "line",
        data: {
          datasets: series.map((one) => ({
            label: one.label,
            data: one.values.map((value, index) => ({ x: Date.parse(data.days[index]), y: Number(value) })),
            borderColor: colour(`--chart-${one.colour}`),
            // The band of a fan lies between its high line and the low one before it.
            backgroundColor: one.line === "high" ? `${colour(`--chart-${one.colour}`)}33` : colour(`--chart-${one.colour}`),
            fill: one.line === "high" ? "-1" : false,
            stepped: one.stepped ?? false,
            borderWidth: one.line && one.line !== "middle" ? 1 : 2,
            pointRadius: data.days.length > 24 ? 0 : 3,
            pointHitRadius: 12,
            tension: 0,
          })),
        },
        scales: { x, y: amounts({ grace: "8%", ...(Math.min(...series.flatMap((one) => one.values)) === 0 && { min: 0 }) }) },
        titled: (items) => day.format(items[0].parsed.x),
        said: (item) => ` ${item.dataset.label} ${whole.format(Number(series[item.datasetIndex].values[item.dataIndex]))}`,
      };
    };
    const line = () => through([data]);
    const fan = () => through(data.series);
    const steps = fan;

    const { type, data: drawn, said, titled, ...more } = { ring, line, fan, steps }[data.kind]?.() ?? bars();
    return new window.Chart(canvas, {
      type,
      data: drawn,
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        ...more,
        plugins: {
          legend: { display: false },
          tooltip: { callbacks: { label: said, ...(titled && { title: titled }) } },
        },
      },
    });
  };

  let drawn = [];
  const drawAll = () => {
    drawn.forEach((chart) => chart.destroy());
    drawn = all("canvas[data-chart]").map(draw);
  };
  drawAll();
  document.addEventListener("comptoir:drawn", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
