"use strict";
// The page asks each moment what has changed; the server answers "nothing" (304) until something has.
(() => {
  const live = document.getElementById("live");
  const freshness = document.getElementById("freshness");
  const words = document.getElementById("freshness-text");
  const announcement = document.getElementById("announcement");
  const SPEAK_EVERY = 10000; // a screen reader is told the upshot, not each number
  let etag = null;
  let before = new Map();
  let spokenAt = 0;
  let last = Date.now();

  // Drawings keep their size; a filter half chosen, and what was ticked, stay as they are.
  const kept = (old) => old instanceof HTMLCanvasElement || old instanceof HTMLFormElement || old instanceof HTMLInputElement;
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) => !kept(old);

  const figures = () => new Map([...live.querySelectorAll("[data-figure]")].map((e) => [e.dataset.figure, e.textContent]));
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: freshness.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit",
  });

  function reached() {
    last = Date.now();
    freshness.classList.remove("is-lost");
    words.textContent = `${freshness.dataset.updated} ${clock.format(last)}`;
  }

  function lost() {
    if (freshness.classList.contains("is-lost")) return;
    freshness.classList.add("is-lost");
    words.textContent = freshness.dataset.lost;
    announcement.textContent = freshness.dataset.lost;
  }

  function highlight() {
    let changed = false;
    live.querySelectorAll("[data-figure]").forEach((element) => {
      if (before.get(element.dataset.figure) === element.textContent) return;
      changed = true;
      element.classList.add("has-changed");
      window.setTimeout(() => element.classList.remove("has-changed"), 2500);
    });
    if (changed && Date.now() - spokenAt > SPEAK_EVERY) {
      spokenAt = Date.now();
      const total = document.getElementById("open-total");
      announcement.textContent = `${announcement.dataset.words} ${total ? total.textContent : ""}`;
    }
  }

  document.body.addEventListener("htmx:configRequest", (event) => {
    if (etag) event.detail.headers["If-None-Match"] = etag;
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault(); // nobody looks: ask nothing
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { status } = event.detail.xhr;
    if (status === 304) return reached();
    if (status !== 200) return lost();
    etag = event.detail.xhr.getResponseHeader("ETag");
    before = figures();
    return reached();
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    highlight();
    if (window.drawCharts) window.drawCharts();
    document.dispatchEvent(new Event("live:changed"));
  });
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => document.body.addEventListener(name, lost));
  window.setInterval(() => {
    if (!document.hidden && Date.now() - last > 5000) lost();
  }, 1000);
  document.addEventListener("visibilitychange", () => { last = Date.now(); });
})();
