"use strict";
// A phone of 2000 in the browser. It does what a handset and a network do, and nothing that they do not.
const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€\f"; // an escape and a character: two each
const LETTERS = { 1: ".,?!'1", 2: "abc2", 3: "def3", 4: "ghi4", 5: "jkl5", 6: "mno6", 7: "pqrs7", 8: "tuv8", 9: "wxyz9", 0: " 0", "*": "*+", "#": "#" };
const TAP = 1000; // milliseconds within which a second tap means the next letter
const PATIENCE = 10000; // the provider's own limit for an answer

function septets(text) {
  let count = 0;
  for (const character of text) {
    if (BASIC.includes(character)) count += 1;
    else if (EXTENDED.includes(character)) count += 2;
    else return null;
  }
  return count;
}

// SMS: 160 septets in one, then 153 each; UCS-2 when a sign is foreign to the alphabet: 70, then 67.
function parts(text) {
  const length = septets(text);
  if (length === null) return text.length <= 70 ? 1 : Math.ceil(text.length / 67);
  return length <= 160 ? 1 : Math.ceil(length / 153);
}

function randomHex(bytes) { // crypto.randomUUID is missing where the page came over plain http
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function networkTime() { return new Date().toISOString().slice(0, 19).replace("T", " "); } // UTC, as the provider writes it

class Handset {
  constructor(root, caller) {
    this.root = root;
    this.caller = caller;
    this.code = root.dataset.code;
    this.door = root.dataset.door;
    this.words = this.part("result").dataset;
    this.entry = "";
    this.letters = false;
    this.tap = { key: null, at: 0, turn: 0 };
    this.session = null;
    this.busy = false;
    this.behind = null; // what the screen goes back to when a text has been read
    this.answerText = () => {};
    this.show(`${this.words.idle}\n${this.code}`, "idle");
    this.entry = this.code;
    this.draw();
    root.querySelectorAll("[data-key]").forEach((key) => key.addEventListener("click", () => this.press(key.dataset.key)));
    root.querySelector(".handset").addEventListener("keydown", (event) => this.type(event));
    root.querySelector("[data-reply]").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = this.part("reply-text");
      if (this.busy) return;
      this.close();
      this.entry = field.value;
      field.value = "";
      this.send();
    });
    this.trick("drop", () => this.drop());
    this.trick("repeat", () => this.repeat());
  }

  part(name) { return this.root.querySelector(`[data-${name}]`); }
  trick(name, act) { this.root.querySelector(`[data-trick=${name}]`).addEventListener("click", act); }
  say(word) { this.part("result").textContent = word; }

  // --- what is on the phone ---
  show(text, state) {
    this.state = state; // idle | asked | told | reading
    this.part("text").textContent = text;
    this.part("text").scrollTop = 0;
    this.draw();
  }

  draw() {
    const left = this.state === "reading" ? this.words.answer : this.words.cancel;
    const middle = { idle: this.words.call, asked: this.words.send, told: "OK", reading: "OK" }[this.state];
    this.part("entry").textContent = this.state === "idle" || this.state === "asked" ? `${this.entry}_` : "";
    this.part("mode").textContent = this.letters ? "abc" : "123";
    this.part("soft-left").textContent = left;
    this.part("soft-middle").textContent = middle;
    this.root.querySelector("[data-key=cancel]").textContent = left;
    this.root.querySelector("[data-key=send]").textContent = middle;
  }

  // A text on the screen; what was there before comes back when it has been read. False while the network is busy.
  read(text) {
    if (this.busy) return false;
    this.close();
    this.behind = { text: this.part("text").textContent, state: this.state };
    this.show(text, "reading");
    return true;
  }

  close() {
    if (!this.behind) return;
    const { text, state } = this.behind;
    this.behind = null;
    this.show(text, state);
  }

  mail(unread) { this.part("mail").textContent = unread ? `✉ ${unread}` : ""; }

  // Another card in the phone: the network ends what the last one was doing.
  swap() {
    this.close();
    if (this.state === "asked") this.end("Incomplete");
    this.idle();
    this.entry = this.code;
    this.draw();
    this.say("");
  }

  count(answer) {
    const length = septets(answer);
    const place = this.part("septets");
    place.textContent = length === null ? this.words.foreign : `${length}/160`;
    place.classList.toggle("is-over", length === null || length > 160);
    return length;
  }

  // --- fingers ---
  press(key) {
    if (this.busy) return;
    if (this.state === "reading") { this.leaveText(key); return; }
    if (key === "send") { this.send(); return; }
    if (key === "cancel") { this.cancel(); return; }
    if (key === "erase") { this.entry = this.entry.slice(0, -1); this.tap.key = null; this.draw(); return; }
    if (this.state === "told") this.idle();
    if (key === "#" && this.state === "asked") { this.letters = !this.letters; this.tap.key = null; this.draw(); return; }
    this.enter(key);
  }

  leaveText(key) {
    this.close();
    if (key === "cancel") this.answerText();
  }

  enter(key) {
    const now = Date.now();
    if (!this.letters) { this.entry += key; this.draw(); return; }
    const choices = LETTERS[key];
    if (this.tap.key === key && now - this.tap.at < TAP) {
      this.tap.turn = (this.tap.turn + 1) % choices.length;
      this.entry = this.entry.slice(0, -1) + choices[this.tap.turn];
    } else {
      this.tap.turn = 0;
      this.entry += choices[0];
    }
    this.tap.key = key;
    this.tap.at = now;
    this.draw();
  }

  type(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || this.busy) return;
    const onButton = event.target.closest("button");
    if (event.key === "Enter" && onButton) return; // Enter presses the key that has the focus
    if (this.behind && (event.key === "Enter" || event.key === "Escape")) {
      this.close();
      event.preventDefault();
      return;
    }
    if (event.key.length === 1) this.close();
    if (event.key === "Enter") this.send();
    else if (event.key === "Escape") this.cancel();
    else if (event.key === "Backspace") this.press("erase");
    else if (event.key.length === 1 && !(event.key === " " && onButton)) {
      if (this.state === "told") this.idle();
      this.entry += event.key;
      this.draw();
    } else return;
    event.preventDefault();
  }

  idle() {
    this.session = null;
    this.entry = "";
    this.letters = false;
    this.show(`${this.words.idle}\n${this.code}`, "idle");
  }

  cancel() {
    if (this.state === "asked") this.end("Incomplete");
    this.idle();
  }

  // --- the network ---
  async send() {
    if (this.busy) return;
    if (this.state === "told") { this.idle(); this.entry = this.code; this.draw(); return; }
    if (this.state === "idle") { await this.dial(this.entry); return; }
    const text = this.session.hops === 0 || this.session.text === null ? this.entry : `${this.session.text}*${this.entry}`;
    this.entry = "";
    await this.hop(text);
  }

  async dial(number) {
    const open = this.code.replace(/#$/, "");
    const known = number === this.code || (number.startsWith(`${open}*`) && number.endsWith("#"));
    this.entry = "";
    if (!known) { this.show(`${this.words.unknown} ${this.code}`, "told"); return; }
    this.root.classList.remove("is-fresh");
    this.session = { id: `ATUid_${randomHex(16)}`, phone: this.caller(), text: null, hops: 0, began: Date.now(), last: null };
    this.say("");
    this.part("hops").replaceChildren();
    // Digits after the code arrive with the first request, as a network sends them.
    await this.hop(number === this.code ? "" : number.slice(open.length + 1, -1));
  }

  form(text) {
    return new URLSearchParams({ sessionId: this.session.id, phoneNumber: this.session.phone, networkCode: "99999", serviceCode: this.code, text });
  }

  async ask(text) {
    const began = performance.now();
    const reply = await fetch(`${this.door}/ussd`, { method: "POST", body: this.form(text), signal: AbortSignal.timeout(PATIENCE), credentials: "omit" });
    const answer = await reply.text();
    if (!reply.ok || !/^(CON|END) /.test(answer)) throw new Error("no screen");
    return { answer, ms: Math.round(performance.now() - began) };
  }

  async hop(text) {
    const { session } = this;
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    this.show(this.words.wait, "asked");
    try {
      const { answer, ms } = await this.ask(text);
      if (this.session !== session) return; // dropped meanwhile: nobody is there to see it
      session.hops += 1;
      session.text = text === "" ? null : text;
      session.last = { text, answer };
      this.log(String(session.hops), text, answer, ms);
      this.show(answer.slice(4), answer.startsWith("CON ") ? "asked" : "told");
      if (answer.startsWith("END ")) await this.end("Success");
    } catch (error) {
      if (this.session !== session) return;
      this.show(this.words.fault, "told");
      this.session = null;
    } finally {
      this.busy = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  async end(status) {
    const { session } = this;
    if (!session) return;
    const told = this.form(session.text || "");
    told.delete("text");
    const facts = { date: networkTime(), status, cost: "0", durationInMillis: Date.now() - session.began, hopsCount: session.hops, input: "", lastAppResponse: "" };
    Object.entries(facts).forEach(([name, value]) => told.set(name, value));
    if (status !== "Success") this.session = null;
    await fetch(`${this.door}/ussd-events`, { method: "POST", body: told, credentials: "omit" }).catch(() => null);
  }

  async drop() {
    this.close();
    if (this.state !== "asked" || !this.session) { this.say(this.words.nothing); return; }
    await this.end("Incomplete");
    this.idle();
    this.entry = this.code;
    this.draw();
    this.say(this.words.dropped);
  }

  async repeat() {
    if (!this.session || !this.session.last || this.busy) { this.say(this.words.nothing); return; }
    const { text, answer } = this.session.last;
    try {
      const again = await this.ask(text);
      this.log(`${this.session.hops}′`, text, again.answer, again.ms);
      this.say(again.answer === answer ? this.words.same : this.words.different);
    } catch (error) {
      this.say(this.words.fault);
    }
  }

  log(number, text, answer, ms) {
    const row = document.createElement("tr");
    const sent = text.length > 24 ? `…${text.slice(-23)}` : text;
    const length = this.count(answer);
    const facts = [number, sent || "–", answer.slice(0, 3), length === null ? "?" : length, new TextEncoder().encode(answer).length, ms];
    facts.forEach((fact, place) => {
      const cell = document.createElement("td");
      cell.textContent = fact;
      if (place > 2) cell.className = "n";
      row.append(cell);
    });
    this.part("hops").prepend(row);
  }
}
