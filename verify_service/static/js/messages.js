"use strict";
// The texts of one phone: what the programme sent to its number, what it sent itself, and a form to write one.
const EVERY = 1000; // milliseconds between looks, while somebody is looking

class Messages {
  constructor(root, handset) {
    this.root = root.querySelector("[data-messages]");
    this.handset = handset;
    this.words = this.root.dataset;
    this.boxes = new Map(); // by number: putting another card in does not lose what was read
    this.turn = 0;
    this.last = null; // what the network could deliver twice
    this.clock = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "id", { timeZone: this.words.zone, day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
    this.part("write").addEventListener("submit", (event) => { event.preventDefault(); this.write(); });
    this.part("draft").addEventListener("input", () => this.count());
    this.part("ask").addEventListener("click", () => this.ask());
    this.part("list").addEventListener("click", (event) => this.open(event.target.closest("[data-id]")));
    handset.trick("twice", () => this.twice());
    handset.answerText = () => this.part("draft").focus();
    document.addEventListener("visibilitychange", () => this.look());
    this.count();
    this.look();
  }

  part(name) { return this.root.querySelector(`[data-${name}]`); }
  say(word) { this.part("status").textContent = word; }

  get box() {
    const number = this.handset.caller();
    if (!this.boxes.has(number)) this.boxes.set(number, { texts: [], sent: [], read: new Set(), mark: null });
    return this.boxes.get(number);
  }

  // --- what arrives ---
  async look() {
    clearTimeout(this.timer);
    this.turn += 1;
    const mine = this.turn;
    if (document.hidden) return;
    const number = this.handset.caller();
    const box = this.box;
    try {
      await this.fetch(number, box);
      this.root.classList.remove("is-lost");
    } catch (error) {
      this.root.classList.add("is-lost");
    }
    if (mine === this.turn) this.timer = setTimeout(() => this.look(), EVERY);
  }

  async fetch(number, box) {
    const headers = { "Phone-Number": encodeURIComponent(number) };
    if (box.mark) headers["If-None-Match"] = box.mark;
    const reply = await fetch(this.words.inbox, { headers, signal: AbortSignal.timeout(PATIENCE) });
    if (reply.status === 304) return;
    if (!reply.ok) throw new Error(reply.status);
    const { texts } = await reply.json();
    const known = new Set(box.texts.map((text) => text.id));
    const fresh = texts.filter((text) => !known.has(text.id));
    const first = box.mark === null;
    box.texts = texts;
    box.mark = reply.headers.get("ETag");
    if (box !== this.box) return; // the card was changed while we asked
    this.draw();
    if (fresh.length && !first) this.say(`${this.words.arrived} ${this.words.sender}`);
  }

  // --- the list ---
  draw() {
    const { texts, sent, read } = this.box;
    const list = this.part("list");
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    const all = [...texts.map((text) => ({ ...text, key: `in-${text.id}`, at: new Date(text.at) })), ...sent];
    all.sort((one, other) => other.at - one.at);
    list.replaceChildren(...all.map((text) => this.row(text, !text.own && !read.has(text.key))));
    this.part("none").hidden = all.length > 0;
    const unread = texts.filter((text) => !read.has(`in-${text.id}`)).length;
    this.part("unread-count").textContent = unread ? `${unread} ${this.words.unread}` : "";
    this.handset.mail(unread);
    if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus();
  }

  row(text, unread) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = `text${text.own ? " is-own" : ""}${unread ? " is-unread" : ""}`;
    button.dataset.id = text.key;
    button.append(
      this.piece("span", "text-sign", text.own ? "↗" : "✉", true),
      this.piece("strong", "text-who", text.own ? `${this.words.to} ${this.words.number}` : this.words.sender),
      this.piece("span", "text-at", this.clock.format(text.at)),
      this.piece("span", "text-body", text.text),
      this.piece("span", "text-size", `${unread ? `${this.words.new} · ` : ""}${this.size(text.text)}${text.note ? ` · ${text.note}` : ""}`),
    );
    item.append(button);
    return item;
  }

  piece(kind, name, words, ornament) {
    const piece = document.createElement(kind);
    piece.className = name;
    piece.textContent = words;
    if (ornament) piece.setAttribute("aria-hidden", "true");
    return piece;
  }

  size(text) {
    const length = septets(text);
    const much = length === null ? `${text.length} ${this.words.unicode}` : `${length} ${this.words.length}`;
    return `${much} · ${parts(text)} SMS`;
  }

  open(button) {
    if (!button) return;
    const box = this.box;
    const key = button.dataset.id;
    const text = box.texts.find((one) => `in-${one.id}` === key) || box.sent.find((one) => one.key === key);
    const who = text.own ? `${this.words.to} ${this.words.number}` : `${this.words.sender} ${text.from}`;
    if (!this.handset.read(`${who}\n${this.clock.format(new Date(text.at))}\n\n${text.text}`)) return;
    box.read.add(key);
    this.draw();
  }

  // --- what is sent ---
  count() { this.part("draft-size").textContent = this.size(this.part("draft").value); }

  async write() {
    const draft = this.part("draft");
    if (!draft.value) { draft.focus(); return; }
    const text = { own: true, key: `out-${randomHex(4)}`, at: new Date(), text: draft.value, note: this.words.sending };
    const box = this.box;
    box.sent.push(text);
    draft.value = "";
    this.count();
    this.last = { box, text, form: this.form(text.text) };
    await this.deliver(this.last, this.words.sent);
  }

  form(text) {
    const id = randomHex(16).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
    return new URLSearchParams({ id, from: this.handset.caller(), to: this.words.number, text, date: networkTime(), linkId: randomHex(16), networkCode: "99999", cost: "IDR 0" });
  }

  async deliver({ text, form }, done) {
    try {
      const reply = await fetch(`${this.handset.door}/sms`, { method: "POST", body: form, signal: AbortSignal.timeout(PATIENCE), credentials: "omit" });
      if (!reply.ok) throw new Error(reply.status);
      text.note = done;
    } catch (error) {
      text.note = this.words.unsent;
    }
    this.say(text.note);
    this.draw();
  }

  async twice() {
    if (!this.last || this.last.box !== this.box) { this.handset.say(this.words.nothing); return; }
    await this.deliver(this.last, this.words.twice);
    this.handset.say(this.last.text.note === this.words.twice ? this.words.again : this.last.text.note);
  }

  // --- the programme begins ---
  async ask() {
    const button = this.part("ask");
    button.disabled = true;
    try {
      const reply = await fetch(this.words.asking, { method: "POST", body: new URLSearchParams({ number: this.handset.caller() }), headers: { "X-CSRFToken": this.words.token }, signal: AbortSignal.timeout(PATIENCE) });
      if (!reply.ok) throw new Error(reply.status);
      this.say((await reply.json()).why_not || this.words.asked);
    } catch (error) {
      this.say(this.words.fault);
    }
    button.disabled = false;
  }
}
