"use strict";
// How long an answer is as it is sent, what it costs, and the prepared words. The count is the server's: signs that a
// basic phone lacks are written another way first, so they count as what they become.
(() => {
  const BASIC = new Set("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const REWRITTEN = new Map();
  const rewrite = (signs, to) => [...signs].forEach((sign) => REWRITTEN.set(sign, to));
  rewrite("\u2018\u2019\u201a\u201b\u2032\u02bc\u02bb`\u00b4^", "'");
  rewrite("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"');
  rewrite("\u2010\u2011\u2012\u2013\u2014\u2015\u2212~\u00b7\u2022", "-");
  rewrite("[{", "(");
  rewrite("]}", ")");
  rewrite("\\|\u2044\u00a6", "/");
  Object.entries({ "€": "EUR", "×": "x", "÷": "/", "°": "o", "©": "(c)", "®": "(r)", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ŋ": "n", "Ŋ": "N", "ħ": "h", "Ħ": "H", "ĸ": "k", "ŧ": "t", "Ŧ": "T" })
    .forEach(([sign, to]) => REWRITTEN.set(sign, to));
  const rewritten = (text) => [...text].map((sign) => REWRITTEN.get(sign) ?? sign).join("");

  function folded(sign) {
    if (BASIC.has(sign)) return sign;
    const plain = rewritten(sign.normalize("NFKD"));
    const known = [...plain].filter((part) => BASIC.has(part)).join("");
    if (known.trim()) return known;
    if (/^\s*$/u.test(plain) && plain) return " ";
    if (/\p{Nd}/u.test(sign)) return "0";
    if (!/\p{L}/u.test(sign)) return "";
    return BASIC.has(sign.toUpperCase()) ? sign.toUpperCase() : "?";
  }

  function asSent(text) {
    const visible = text.replace(/[\s\p{Z}]/gu, " ").replace(/\p{C}/gu, "");
    return [...rewritten(visible.normalize("NFC"))].map(folded).join("").split(/\s+/u).filter(Boolean).join(" ");
  }
  window.asSent = asSent;

  document.querySelectorAll("[data-count]").forEach((field) => {
    const shown = document.getElementById(field.dataset.count);
    const number = new Intl.NumberFormat(document.documentElement.lang);
    function count() {
      const length = Number(shown.dataset.prefix) + asSent(field.value).length;
      const parts = length <= 160 ? 1 : Math.ceil(length / 153);
      const long = length > Number(shown.dataset.most);
      shown.textContent = shown.dataset.words
        .replace("{length}", length).replace("{most}", shown.dataset.most).replace("{parts}", parts)
        .replace("{cost}", number.format(parts * Number(shown.dataset.cost))) + (long ? ` · ${shown.dataset.tooLong}` : "");
      shown.classList.toggle("late", long);
    }
    field.addEventListener("input", count);
    if (field.value) count();
  });

  document.querySelectorAll("[data-template]").forEach((button) => {
    const chosen = document.getElementById(button.dataset.template);
    const field = chosen.form.querySelector("textarea");
    const text = () => chosen.selectedOptions[0]?.dataset.text || "";
    const offer = () => { button.hidden = !text(); };
    chosen.addEventListener("change", offer);
    offer();
    button.addEventListener("click", () => {
      field.value = field.value.trim() ? `${field.value.trim()} ${text()}` : text();
      field.dispatchEvent(new Event("input"));
      field.focus();
    });
  });

  // What is half written outlasts a sign-out or a lost page, in this tab alone; sent, it is forgotten.
  const drafts = document.querySelector("[data-drafts]");
  if (drafts) {
    const key = (field) => `draft:${drafts.dataset.drafts}:${field.id}`;
    const keep = (use) => { try { use(window.sessionStorage); } catch (error) { /* a browser that keeps nothing */ } };
    if (drafts.dataset.done) keep((store) => store.removeItem(`draft:${drafts.dataset.drafts}:${drafts.dataset.done}`));
    const back = document.querySelector("[data-draft-back]"); // another caller's words are brought back on demand alone
    document.querySelectorAll("textarea[name=words]").forEach((field) => {
      const bring = () => keep((store) => {
        if (!field.value) field.value = store.getItem(key(field)) || "";
        if (!field.value) return;
        const closed = field.closest("details");
        if (closed) closed.open = true;
        field.dispatchEvent(new Event("input"));
      });
      if (!back) bring();
      else keep((store) => {
        back.hidden = Boolean(field.value) || !store.getItem(key(field));
        back.addEventListener("click", () => { bring(); back.hidden = true; field.focus(); });
      });
      field.addEventListener("input", () => keep((store) => store.setItem(key(field), field.value)));
    });
  }

  // Somebody took a step while this page was open: say so, and keep what is half written.
  const version = document.getElementById("head")?.dataset.version;
  document.addEventListener("live:changed", () => {
    const now = document.getElementById("head")?.dataset.version;
    const notice = document.getElementById("moved-on");
    if (notice && now && now !== version) notice.hidden = false;
  });

  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
})();
