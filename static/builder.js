// The builder of an issue: everything works without this. With it, nothing reloads, cards can be dragged, and what is
// written saves itself.

const PAUSE = 1500;
const builder = () => document.getElementById("builder");
const told = document.getElementById("told");

const tell = (words) => { told.textContent = ""; setTimeout(() => { told.textContent = words; }, 50); };

// Sends a form and gives the page it leads to; null when only the browser itself can show the answer.
async function send(form, fields) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
  return answer.ok && answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

function fieldsOf(form, button) {
  const fields = new FormData(form);
  if (button?.name) fields.set(button.name, button.value);
  return fields;
}

// Puts a fresh builder in place of the old one; open editors stay open and focus stays where it was.
function takeOver(page, itemId, label, sent) {
  const typed = [...document.querySelectorAll("#builder .talk textarea")].filter((each) => each.value && each.form !== sent);
  const open = [...document.querySelectorAll("#builder details[open]")].map((each) => each.id).filter(Boolean);
  const side = document.querySelector(".builder-side iframe");
  const fresh = page.getElementById("builder");
  builder().querySelector(".builder-items").replaceWith(fresh.querySelector(".builder-items"));
  builder().dataset.version = fresh.dataset.version;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const each of typed) { const field = document.getElementById(each.id); if (field) field.value = each.value; }
  refresh(page);
  const card = itemId && document.getElementById(itemId);
  const again = card && [...card.querySelectorAll(".item-buttons button")].find((each) => each.textContent === label);
  (again || card || document.getElementById("items")).focus();
  tell(page.querySelector(".notice[role=status]")?.textContent ?? "Saved.");
  side.contentWindow.location.reload();
  prepare();
}

// What stands above the items, and what a card shows, as the fresh page has it; what is being typed is left alone.
function refresh(page) {
  for (const old of document.querySelectorAll("#standing, #builder .shown")) {
    const fresh = page.getElementById(old.id);
    if (fresh) old.replaceWith(fresh.cloneNode(true));
  }
}

async function press(form, button) {
  const card = form.closest(".item");
  const label = button?.textContent;
  for (const each of dirty()) await save(each);
  if (document.querySelector("#builder .saved.trouble")) return tell("Not done: some of your words are not saved yet.");
  if (form.elements.version) form.elements.version.value = builder().dataset.version;
  try {
    const page = await send(form, fieldsOf(form, button));
    if (page?.getElementById("builder")) return takeOver(page, card?.id, label, form);
  } catch { /* the browser's own request says what is wrong */ }
  const native = document.createElement("form");
  native.method = "post";
  native.action = form.action;
  for (const [name, value] of fieldsOf(form, button)) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    native.append(field);
  }
  document.body.append(native);
  native.submit();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.closest(".builder-items")) return;
  if (form.dataset.autosave !== undefined || form.closest("#add") || /add-words$/.test(form.action)) return;
  event.preventDefault();
  press(form, event.submitter);
});

// Autosave

const waiting = new Map();
const dirty = () => [...waiting.keys()].filter((form) => form.isConnected);

function say(form, words, trouble = false) {
  const place = form.querySelector(".saved");
  place.textContent = words;
  place.classList.toggle("trouble", trouble);
}

async function save(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  if (form.dataset.stopped) return;
  say(form, "Saving…");
  const fields = new FormData(form);
  fields.set("autosave", "yes");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
    if (answer.status === 409) {
      form.dataset.stopped = "yes";
      return say(form, "A colleague wrote here too. Press Save to see both.", true);
    }
    if (!answer.ok) return say(form, "Not saved yet. Press Save to see why.", true);
    const { saved, version, alone } = await answer.json();
    form.elements.version.value = version; // the other forms keep the version of the words that stand in them
    say(form, `Saved ${saved}`);
    document.querySelector(".builder-side iframe").contentWindow.location.reload();
    if (!alone) return tell("A colleague changed something else in this issue. Load the page again to see it.");
    builder().dataset.version = version;
    const page = await fetch(location.pathname);
    if (page.ok) refresh(new DOMParser().parseFromString(await page.text(), "text/html"));
  } catch {
    say(form, "No connection. Your words are still here; we try again.", true);
    waiting.set(form, setTimeout(() => save(form), 5 * PAUSE));
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (!form) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => save(form), PAUSE));
});

addEventListener("beforeunload", (event) => { if (dirty().length && !leaving) event.preventDefault(); });
let leaving = false;
document.addEventListener("submit", () => { leaving = true; setTimeout(() => { leaving = false; }, 3000); }, true);

// Dragging

let dragged = null;

function prepare() {
  for (const card of document.querySelectorAll("[data-order] > .item")) {
    card.draggable = true;
    if (!card.querySelector(":scope > .grip")) {
      const grip = Object.assign(document.createElement("span"), { className: "grip", ariaHidden: "true" }); // the buttons are for everybody
      card.prepend(grip);
    }
  }
}

const cardAt = (target) => target?.closest?.("[data-order] > .item");
const isBelow = (card, y) => y > card.getBoundingClientRect().top + card.offsetHeight / 2;
const clear = () => document.querySelectorAll(".drop-before, .drop-after").forEach((each) => each.classList.remove("drop-before", "drop-after"));

function lift(card) {
  dragged = card;
  card.classList.add("dragged");
}

function hover(card, y) {
  clear();
  if (card !== dragged) card.classList.add(isBelow(card, y) ? "drop-after" : "drop-before");
}

function drop(card, y) {
  const cards = [...card.parentElement.children];
  const [from, onto] = [cards.indexOf(dragged), cards.indexOf(card)];
  const slot = onto + (isBelow(card, y) ? 1 : 0);
  const place = slot > from ? slot : slot + 1;
  const form = dragged.querySelector(".item-buttons form");
  if (place === from + 1 || !form) return;
  const move = document.createElement("form");
  move.method = "post";
  move.action = form.action.replace(/(move|remove)$/, "move");
  for (const [name, value] of [["csrf_token", form.elements.csrf_token.value], ["version", ""], ["place", place]]) {
    move.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  dragged.append(move);
  press(move, null);
}

function letGo() {
  dragged?.classList.remove("dragged");
  dragged = null;
  clear();
}

document.addEventListener("dragstart", (event) => {
  if (event.target.nodeType !== 1 || !event.target.matches("[data-order] > .item")) return;
  lift(event.target);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.id);
});

document.addEventListener("dragover", (event) => {
  const card = dragged && cardAt(event.target);
  if (!card) return;
  event.preventDefault();
  hover(card, event.clientY);
});

document.addEventListener("drop", (event) => {
  const card = dragged && cardAt(event.target);
  if (!card) return;
  event.preventDefault();
  drop(card, event.clientY);
});

document.addEventListener("dragend", letGo);

// A finger or a pen cannot start the browser's own dragging: it takes the grip instead.

const EDGE = 80;
const under = (event) => cardAt(document.elementFromPoint(event.clientX, event.clientY));

document.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse" || !event.target.matches?.(".grip")) return;
  event.preventDefault();
  event.target.setPointerCapture(event.pointerId);
  lift(event.target.closest(".item"));
});

document.addEventListener("pointermove", (event) => {
  if (!dragged || event.pointerType === "mouse") return;
  if (event.clientY < EDGE) scrollBy(0, -12);
  if (event.clientY > innerHeight - EDGE) scrollBy(0, 12);
  const card = under(event);
  if (card) hover(card, event.clientY);
});

document.addEventListener("pointerup", (event) => {
  if (!dragged || event.pointerType === "mouse") return;
  const card = under(event);
  if (card && card !== dragged) drop(card, event.clientY);
  letGo();
});

document.addEventListener("pointercancel", (event) => { if (event.pointerType !== "mouse") letGo(); });

// Text in a field can be marked with the mouse: the card must not move then.
document.addEventListener("focusin", (event) => { if (event.target.matches?.("input, textarea")) event.target.closest(".item")?.setAttribute("draggable", "false"); });
document.addEventListener("focusout", (event) => { event.target.closest?.("[data-order] > .item")?.setAttribute("draggable", "true"); });

prepare();
