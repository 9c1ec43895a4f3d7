"use strict";
// Conveniences for pages that also work without scripts: live parts, times in the reader's zone, dialogs, dropped files.

const zone = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.getAttribute("datetime"));
    if (isNaN(at)) continue;
    const shown = (at.toDateString() === new Date().toDateString() ? clock : zone).format(at);
    if (time.textContent !== shown) time.textContent = shown;
    time.title = zone.format(at);
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

function live(region) {
  let tag = "";
  const turn = async () => {
    if (!document.hidden) {
      try {
        const answer = await part(region.dataset.live, tag);
        if (answer.status === 401) return location.reload();
        if (answer.status === 200) {
          tag = answer.headers.get("ETag") || "";
          const fresh = document.createElement("div");
          fresh.innerHTML = await answer.text();   // made by our templates, which escape every text
          for (const name of region.getAttributeNames()) fresh.setAttribute(name, region.getAttribute(name));
          localTimes(fresh);
          morph(region, fresh);
          document.dispatchEvent(new Event("refreshed"));       // for plots.js
        }
        region.toggleAttribute("data-lost", answer.status !== 200 && answer.status !== 304);
      } catch (error) {
        region.dataset.lost = "";                  // no answer; the next turn tries again
      }
    }
    setTimeout(turn, 1000 * Number(region.dataset.every || 3));
  };
  setTimeout(turn, 1000 * Number(region.dataset.every || 3));
}

const dialog = document.getElementById("dialog");
let asked = 0;

async function ask(link, mine) {
  const answer = await part(link.getAttribute("href"));
  if (answer.status === 401) return location.reload();
  const shown = await answer.text();
  if (mine !== asked) return;                      // another link was clicked meanwhile: its dialog must not be replaced
  dialog.innerHTML = shown;
  if (!dialog.querySelector("[data-close]")) {
    const close = document.createElement("button");
    close.textContent = "Close";
    close.dataset.close = "";
    dialog.append(close);
  }
  dialog.showModal();
  dialog.querySelector("[data-close]").focus();
}

document.addEventListener("click", (event) => {
  const close = event.target.closest("dialog [data-close]");
  const link = event.target.closest("a[data-dialog]");
  if (close) {
    event.preventDefault();
    dialog.close();
  } else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    const mine = ++asked;
    ask(link, mine).catch(() => { if (mine === asked) location.href = link.getAttribute("href"); });
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sure && !confirm(form.dataset.sure)) return event.preventDefault();
  const button = event.submitter;
  if (form.dataset.wait && button) {
    setTimeout(() => {
      button.textContent = form.dataset.wait;
      for (const one of form.querySelectorAll("button")) one.disabled = true;
    });
  }
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

for (const more of document.querySelectorAll("[data-more]")) {
  more.hidden = false;
  more.addEventListener("click", () => {
    const pairs = more.parentElement.querySelectorAll(".pair");
    if (pairs.length >= Number(more.dataset.more)) return;
    const next = pairs[pairs.length - 1].cloneNode(true);
    next.querySelectorAll("input").forEach((input, place) => {
      input.name = (place ? "value_" : "key_") + pairs.length;
      input.value = "";
      input.placeholder = place ? "Value" : "Key";
    });
    next.querySelectorAll("span").forEach((span, place) => { span.textContent = (place ? "Value " : "Key ") + (pairs.length + 1); });
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
document.querySelectorAll("[data-live]").forEach(live);
