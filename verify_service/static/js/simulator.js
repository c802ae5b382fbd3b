"use strict";
// Whose phones these are: somebody of the sample, or any number.
document.querySelectorAll("[data-handset]").forEach((root) => {
  const number = root.querySelector("[data-caller]");
  const person = root.querySelector("[data-person]");
  const details = root.querySelector("[data-details]");
  const handset = new Handset(root, () => number.value.trim());
  const messages = new Messages(root, handset);

  function swap() {
    if (person) details.textContent = person.selectedOptions[0]?.dataset.held || "";
    handset.swap();
    messages.say("");
    messages.draw();
  }

  person?.addEventListener("change", () => {
    if (person.value) number.value = person.value;
    else number.focus();
    swap();
    messages.look();
  });
  number.addEventListener("input", () => {
    if (person) person.value = [...person.options].some((option) => option.value === number.value.trim()) ? number.value.trim() : "";
    swap();
  });
});
