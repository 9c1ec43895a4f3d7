"use strict";
// Conveniences for pages that also work without scripts: live parts, times in the reader's zone, dialogs, commands, dropped files.

// A day as 2026-11-25 and a clock of 24 hours, in every language.
const two = (number) => String(number).padStart(2, "0");
const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
const day = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

// Such as UTC+01:00: the zone of a time, which is another one in summer.
function offset(at) {
  const minutes = -at.getTimezoneOffset(), size = Math.abs(minutes);
  return minutes === 0 ? "UTC" : `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

for (const place of document.querySelectorAll("[data-zone]")) {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone, here = offset(new Date());
  place.textContent = `Times are those of ${name && name !== "UTC" ? `${name} (${here} now)` : here}.`;
}

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.getAttribute("datetime"));
    if (isNaN(at)) continue;
    const isToday = at.toDateString() === new Date().toDateString() && !time.closest(".log");
    const shown = (isToday ? "" : `${day(at)} `) + clock(at);
    if (time.textContent !== shown) time.textContent = shown;
    time.title = `${day(at)} ${clock(at)} ${offset(at)}`;
  }
}

// Make `old` like `fresh`, but keep its elements where possible, so that focus and open details stay.
function morph(old, fresh) {
  for (const name of fresh.getAttributeNames()) {
    if (old.getAttribute(name) !== fresh.getAttribute(name)) old.setAttribute(name, fresh.getAttribute(name));
  }
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  if (old.hasAttribute("data-keep")) return;       // the page's scripts fill it
  if (old.tagName === "SELECT" || old.tagName === "TIME") {
    if (old !== document.activeElement) old.replaceChildren(...fresh.childNodes);
    return;
  }
  const keyed = new Map([...old.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]));
  let place = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const own = next.nodeType === 1 && next.dataset.key ? keyed.get(next.dataset.key) : null;
    if (own) {
      if (own !== place) old.insertBefore(own, place);
      morph(own, next);
      place = own.nextSibling;
    } else if (place && place.nodeType === next.nodeType && place.nodeName === next.nodeName && !(place.dataset && place.dataset.key)) {
      if (next.nodeType === 1) morph(place, next);
      else if (place.nodeValue !== next.nodeValue) place.nodeValue = next.nodeValue;
      place = place.nextSibling;
    } else {
      old.insertBefore(next, place);
    }
  }
  while (place) {
    const rest = place.nextSibling;
    place.remove();
    place = rest;
  }
}

const LONGEST_MS = 20000;       // longest wait for an answer

async function part(address, tag) {
  const headers = { "X-Part": "1" };
  if (tag) headers["If-None-Match"] = tag;
  return fetch(address, { headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(LONGEST_MS) });
}

// ---- live parts ----

const turns = [];               // one for each live part: asks the server at once

function live(region) {
  let tag = "", started = 0, timer = 0;
  const wait = () => 1000 * (region.querySelector("[data-hurry]") ? 0.7 : Number(region.dataset.every || 3));
  const turn = async () => {
    clearTimeout(timer);
    const mine = ++started, address = region.dataset.live;
    let lost = false;
    if (!document.hidden) {
      try {
        const answer = await part(address, tag);
        if (answer.status === 401) return location.reload();
        const fresh = answer.status === 200 ? await answer.text() : null;
        if (mine !== started) return;              // a later answer is newer
        lost = answer.status !== 200 && answer.status !== 304;
        if (fresh !== null) {
          tag = answer.headers.get("ETag") || "";
          const made = document.createElement("div");
          made.innerHTML = fresh;                  // made by our templates, which escape every text
          for (const name of region.getAttributeNames()) made.setAttribute(name, region.getAttribute(name));
          localTimes(made);
          morph(region, made);
          document.dispatchEvent(new Event("refreshed"));       // for plots.js
        }
      } catch (error) {
        if (mine !== started) return;
        lost = true;                               // no answer; the next turn tries again
      }
      region.toggleAttribute("data-lost", lost);
      gone(lost);
    }
    timer = setTimeout(turn, wait());
  };
  turns.push(turn);
  timer = setTimeout(turn, wait());
}

const refreshed = () => Promise.all(turns.map((turn) => turn()));

// Whether the server answers; any answer will do.
async function answers() {
  const asked = fetch("/static/plug.svg", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(LONGEST_MS) });
  return asked.then(() => true, () => false);
}

// Notices on a page without a live part that the server has gone, and its return.
async function watch() {
  if (!document.hidden) gone(!await answers());
  setTimeout(watch, 3000);
}

const SLEEPING = "form[method=post] button:not([data-close]), main form button:not([type=button]), a[data-dialog], main a.button";

// While the server does not answer, buttons do nothing, and the page says so beside them.
function gone(is) {
  const note = document.getElementById("gone");
  if (note.hidden === !is) return;
  note.textContent = is ? "The stand-in does not answer: the buttons do nothing until it does, and what is shown may be out of date." : "";
  note.hidden = !is;
  document.body.toggleAttribute("data-gone", is);
  for (const one of document.querySelectorAll(is ? SLEEPING : "[data-slept]")) {
    one.toggleAttribute("data-slept", is);
    if (is) one.setAttribute("aria-disabled", "true");
    else one.removeAttribute("aria-disabled");
  }
}
const slept = (target) => document.body.hasAttribute("data-gone") && target !== null;

// ---- dialogs and commands ----

const dialog = document.getElementById("dialog");
let asked = 0;

function announce(good, text) {
  for (const [id, words] of [["said", good ? text : ""], ["alarm", good ? "" : text]]) document.getElementById(id).textContent = words;
}

function closable() {
  if (dialog.querySelector("[data-close]")) return;
  const close = document.createElement("button");
  close.textContent = "Close";
  close.dataset.close = "";
  dialog.append(close);
}

async function ask(link, mine) {
  const answer = await part(link.getAttribute("href"));
  if (answer.status === 401) return location.reload();
  const shown = await answer.text();
  if (mine !== asked) return;                      // another link was clicked meanwhile: its dialog must not be replaced
  dialog.innerHTML = shown;
  closable();
  dialog.showModal();
  dialog.querySelector("[data-close]").focus();
}

// Why a command has no result of its own: beside the button that gave it.
function refused(form, words) {
  let note = form.querySelector("[data-refused]");
  if (!note) {
    note = document.createElement("p");
    note.className = "message bad";
    note.dataset.refused = "";
    note.setAttribute("role", "alert");
    form.append(note);
  }
  note.textContent = words;
  note.scrollIntoView({ block: "nearest" });
}

// Sends a command once, and shows its result in its row. The form sleeps meanwhile, Cancel too.
async function command(form, button) {
  const sleeping = [...form.querySelectorAll("button"), ...form.querySelectorAll("a.button")];
  const words = button ? button.textContent : "";
  const body = new URLSearchParams(new FormData(form, button));
  const busy = (is) => {
    form.toggleAttribute("data-busy", is);
    for (const one of sleeping) {
      if (one.tagName === "A") one.inert = is;
      else one.disabled = is;
    }
    if (button) button.textContent = is && form.dataset.wait ? form.dataset.wait : words;
  };
  busy(true);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" }, credentials: "same-origin", cache: "no-store" });
    if (answer.status === 401 || answer.redirected) return location.reload();
    if (!(answer.headers.get("Content-Type") || "").startsWith("application/json")) {
      const page = document.createElement("div");
      page.innerHTML = await answer.text();        // the part of our template for errors
      busy(false);
      return refused(form, page.textContent.trim() || `The stand-in answered with HTTP ${answer.status}.`);
    }
    const { good, text, to } = await answer.json();
    const [path, place] = to.split("#");
    if (location.pathname !== path) return location.assign(to);
    if (dialog.contains(form)) dialog.close();
    busy(false);
    await refreshed();
    announce(good, text);
    const row = place && (document.getElementById(place.replace(/^outlet-/, "result-")) || document.getElementById(place));
    if (row) row.scrollIntoView({ block: "nearest" });
    else if (place) location.reload();            // it has no row any more: the page says so at its top
  } catch (error) {
    busy(false);
    gone(true);
    refused(form, dialog.contains(form) ? "The stand-in did not answer. The command may or may not have been carried out: look at the states when it answers again." : "The stand-in did not answer.");
  }
}

// Nothing of an old dialog stays where the next one is expected.
dialog.addEventListener("close", () => { if (!dialog.open) dialog.replaceChildren(); });
dialog.addEventListener("cancel", (event) => { if (dialog.querySelector("[data-busy]")) event.preventDefault(); });

const plainly = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;

document.addEventListener("click", (event) => {
  const close = event.target.closest("dialog [data-close]");
  const link = event.target.closest("a[data-dialog]");
  const button = event.target.closest("main a.button:not([data-dialog]):not([data-csv])");
  if (close) {
    event.preventDefault();
    dialog.close();
  } else if (slept(event.target.closest("[data-slept]"))) {
    event.preventDefault();
  } else if (button && plainly(event)) {
    event.preventDefault();                        // a page that does not come would take this one away
    answers().then((is) => is ? location.assign(button.href) : gone(true));
  } else if (link && plainly(event)) {
    event.preventDefault();
    const mine = ++asked;
    ask(link, mine).catch(() => gone(true));
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (form.hasAttribute("data-find")) return;
  if (form.hasAttribute("data-sent")) {            // the second time, when the server has answered
    form.removeAttribute("data-sent");
    if (form.dataset.wait && button) {
      setTimeout(() => {
        button.textContent = form.dataset.wait;
        for (const one of form.querySelectorAll("button")) one.disabled = true;
      });
    }
    return;
  }
  event.preventDefault();
  if (form.hasAttribute("data-busy") || slept(form)) return;
  if (form.dataset.sure && !confirm(form.dataset.sure)) return;
  if (form.hasAttribute("data-command")) return command(form, button);
  send(form, button);
});

// Sends a form whose answer is a page. What was typed into it would be lost if no page came.
async function send(form, button) {
  form.toggleAttribute("data-busy", true);
  const is = await answers();
  form.toggleAttribute("data-busy", false);
  if (!is) return gone(true);
  form.toggleAttribute("data-sent", true);
  form.requestSubmit(button);
}
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// ---- search, forms ----

for (const form of document.querySelectorAll("[data-find]")) {
  const region = document.querySelector("[data-live]");
  let timer = 0;
  const find = () => {
    const address = `/?${new URLSearchParams(new FormData(form))}`;
    history.replaceState(null, "", address);
    region.dataset.live = address;
    refreshed();
  };
  for (const name of ["input", "change"]) {
    form.addEventListener(name, () => { clearTimeout(timer); timer = setTimeout(find, 150); });
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); find(); });
  document.addEventListener("click", (event) => {
    const head = event.target.closest("a[data-sort]");
    if (!head || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    form.elements.sort.value = head.dataset.sort;
    find();
  });
}
for (const button of document.querySelectorAll("[data-plain]")) button.hidden = true;      // for browsers without scripts

// Buttons that show a password. They are made visible here, because they need this script.
function reveal(root) {
  for (const button of root.querySelectorAll("[data-show]")) button.hidden = false;
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (!button) return;
  const input = button.parentElement.querySelector("input"), shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.textContent = shown ? "Hide" : "Show";
  button.setAttribute("aria-pressed", String(shown));
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

for (const more of document.querySelectorAll("[data-more]")) {
  more.hidden = false;
  more.addEventListener("click", () => {
    const pairs = more.parentElement.querySelectorAll(".pair");
    if (pairs.length >= Number(more.dataset.more)) return;
    const next = pairs[pairs.length - 1].cloneNode(true);
    const place = Number(more.dataset.first) + pairs.length;
    next.querySelectorAll("input").forEach((input, value) => {
      input.name = (value ? "value_" : "key_") + place;
      if (value) [input.id, input.type] = [input.name, "password"];
      input.value = "";
      input.placeholder = value ? "Value" : "Key";
    });
    for (const label of next.querySelectorAll("[for]")) {
      label.htmlFor = `value_${place}`;
      label.textContent = `Value ${pairs.length + 1}`;
    }
    for (const span of next.querySelectorAll("span.hidden")) span.textContent = `Key ${pairs.length + 1}`;
    for (const button of next.querySelectorAll("[data-show]")) {
      button.textContent = "Show";
      button.setAttribute("aria-label", `Show Value ${pairs.length + 1}`);
      button.setAttribute("aria-pressed", "false");
    }
    pairs[pairs.length - 1].after(next);
    next.querySelector("input").focus();
  });
}

for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
}

localTimes(document);
reveal(document);
document.querySelectorAll("[data-live]").forEach(live);
if (!turns.length) watch();
