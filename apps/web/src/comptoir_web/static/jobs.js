/* The page of a job: asks how far it is, shows it, and reloads the page once at the end.
   Asks every second at first, then more and more rarely up to five seconds; not at all while the page is
   hidden. Without this file a link shows the same. */
"use strict";

(() => {
  const place = document.querySelector("[data-job-state]");
  if (!place) return;
  const summary = document.getElementById("job-summary");
  const state = document.getElementById("job-state");
  const bar = document.getElementById("job-bar");
  const count = document.getElementById("job-count");
  const SHORTEST = 1000;
  const LONGEST = 5000;
  let pause = SHORTEST;
  let timer = 0;

  const write = (element, text) => {
    // A status that is written again is read out again: only what has changed is.
    if (element.textContent !== text) element.textContent = text;
  };

  const show = (job) => {
    write(state, job.name);
    write(summary, job.summary);
    write(count, job.count);
    if (job.total) {
      bar.max = job.total;
      bar.value = job.done;
    }
  };

  const ask = async () => {
    timer = 0;
    try {
      const answer = await fetch(place.dataset.jobState, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        redirect: "manual",
      });
      if (answer.status >= 500 || answer.status === 429) throw new Error("not now");
      if (!answer.ok) {
        // Signed out, or the job is gone: the page itself says so better.
        location.reload();
        return;
      }
      const job = await answer.json();
      show(job);
      if (job.finished) {
        location.reload();
        return;
      }
      pause = Math.min(pause * 1.1, LONGEST);
    } catch {
      write(summary, place.dataset.lost);
      pause = LONGEST;
    }
    plan();
  };

  const plan = () => {
    if (!timer && !document.hidden) timer = setTimeout(ask, pause);
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      timer = 0;
    } else {
      pause = SHORTEST;
      plan();
    }
  });
  plan();
})();
