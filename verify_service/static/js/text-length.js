// How long a text will be on the air, as it is written: septets and parts of an SMS (3GPP TS 23.038).
// Signs that the alphabet lacks are written another way by the server, so they count as one here.
"use strict";
{
  const twice = new Set("^{}\\[~]|€");
  const septets = (text) => [...text].reduce((sum, sign) => sum + (twice.has(sign) ? 2 : 1), 0);
  for (const area of document.querySelectorAll("[data-length-of]")) {
    const shown = document.getElementById(area.dataset.lengthOf);
    const before = shown.textContent;
    const count = () => {
      const text = area.value.trim().replace(/\s+/g, " ");
      const long = septets(area.dataset.before + text);
      const parts = long <= 160 ? 1 : Math.ceil(long / 153);
      const most = Number(area.dataset.most);
      shown.textContent = text === "" ? before
        : `${long}/${most} ${shown.dataset.words} ${parts}${long > most ? ` – ${shown.dataset.long}` : ""}`;
      shown.classList.toggle("late", long > most);
    };
    area.addEventListener("input", count);
    count();
  }
}
