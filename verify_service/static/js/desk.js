"use strict";
// The desk: shortcuts that can be turned off, how many are ticked, and how long an answer is before it is sent.
(() => {
  const OFF = "verify-shortcuts-off";
  const all = (selector) => [...document.querySelectorAll(selector)];

  // --- what is ticked ---
  const counter = document.querySelector("[data-ticked]");
  function count() {
    if (counter) counter.textContent = all("[data-row] input[type=checkbox]:checked").length;
  }
  document.addEventListener("change", count);
  document.addEventListener("live:changed", count);
  count();

  // --- shortcuts: single letters, so never while something is typed, and with a switch (WCAG 2.1.4) ---
  const dialog = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  const stored = () => { try { return localStorage.getItem(OFF); } catch (error) { return null; } };
  if (on) {
    on.checked = stored() === null;
    on.addEventListener("change", () => {
      try {
        if (on.checked) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "1");
      } catch (error) { /* a browser that keeps nothing: on for this page alone */ }
    });
  }
  all("[data-key-help]").forEach((button) => button.addEventListener("click", () => dialog.showModal()));

  const rows = () => all("[data-row]");
  const at = () => rows().findIndex((row) => row.contains(document.activeElement));
  function move(step) {
    const list = rows();
    if (!list.length) return;
    const now = at();
    const next = list[Math.min(Math.max(now < 0 ? 0 : now + step, 0), list.length - 1)];
    next.querySelector("[data-open]").focus();
  }
  function open(selector) {
    const field = document.querySelector(selector);
    if (!field) return;
    const closed = field.closest("details");
    if (closed) closed.open = true;
    field.focus();
    field.scrollIntoView({ block: "center" });
  }
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => rows()[at()]?.querySelector("[data-open]").click(),
    x: () => rows()[at()]?.querySelector("input[type=checkbox]")?.click(),
    t: () => {
      const box = rows()[at()]?.querySelector("input[type=checkbox]");
      if (box && !document.querySelector("[data-row] input:checked")) box.checked = true;
      document.querySelector("[data-key-take]")?.click();
    },
    n: () => open("[data-key-note]"),
    a: () => open("[data-key-answer]"),
    "/": () => open("[data-key-search]"),
    "?": () => dialog?.showModal(),
  };
  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  document.addEventListener("keydown", (event) => {
    const tick = event.target.type === "checkbox" && event.target.closest("[data-row]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || (on && !on.checked)) return;
    if ((typing(event.target) && !tick) || dialog?.open) return;
    const pressed = document.querySelector(`[data-press="${CSS.escape(event.key)}"]`);
    if (!keys[event.key] && !pressed) return;
    event.preventDefault();
    if (pressed) pressed.click(); else keys[event.key]();
  });
})();
