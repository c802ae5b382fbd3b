"use strict";
// What is typed outlasts a session that ends: it is kept in this tab alone, for the same officer and the same page, until
// the form is sent. Passwords, files and searches are not kept.
(() => {
  const KEY = "kept";
  const UNKEPT = new Set(["hidden", "password", "file", "submit", "button", "search"]);
  const officer = document.body.dataset.officer || "";
  const page = window.location.pathname;

  function read() {
    try { return JSON.parse(window.sessionStorage.getItem(KEY) || "null"); } catch (error) { return null; }
  }
  function write(kept) {
    try {
      if (kept) window.sessionStorage.setItem(KEY, JSON.stringify(kept));
      else window.sessionStorage.removeItem(KEY);
    } catch (error) { /* a browser that keeps nothing */ }
  }
  function forms() {
    const found = new Map();
    document.querySelectorAll("main form").forEach((form) => {
      if (form.method !== "post" || form.querySelector("input[type=password]")) return;
      const address = new URL(form.action).pathname;
      let place = 0;
      while (found.has(`${address}#${place}`)) place += 1;
      found.set(`${address}#${place}`, form);
    });
    return found;
  }
  const fields = (form) => [...form.elements].filter((field) => field.name && !UNKEPT.has(field.type) && field.tagName !== "BUTTON");

  if (!officer) { // the sign-in page: say that it is kept, and bring it back afterwards
    const kept = read();
    if (!kept) return;
    write({ ...kept, back: true });
    document.querySelectorAll("[data-kept]").forEach((said) => { said.hidden = false; });
    return;
  }

  function bring(kept) {
    const here = forms();
    Object.entries(kept.forms).forEach(([key, values]) => {
      const form = here.get(key);
      if (!form) return;
      fields(form).forEach((field, place) => {
        const [name, value, checked] = values[place] || [];
        if (name !== field.name) return;
        if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
        else field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
      for (let closed = form.closest("details"); closed; closed = closed.parentElement.closest("details")) closed.open = true;
    });
    document.querySelectorAll("[data-kept]").forEach((said) => { said.hidden = false; });
  }

  const before = read();
  const mine = before && before.officer === officer;
  if (!mine || !before.back || before.page === page) write(null);
  if (mine && before.back && before.page === page) window.addEventListener("load", () => bring(before));

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    const key = form && [...forms()].find(([, one]) => one === form)?.[0];
    if (!key || UNKEPT.has(event.target.type)) return;
    const kept = read();
    const others = kept && kept.page === page && kept.officer === officer ? kept.forms : {};
    const values = fields(form).map((field) => [field.name, field.value, field.checked]);
    write({ officer, page, forms: { ...others, [key]: values } });
  });
  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action).pathname.endsWith("/logout")) write(null);
  });
})();
