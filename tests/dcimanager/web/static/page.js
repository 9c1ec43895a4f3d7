"use strict";
// Conveniences for pages that also work without scripts: live parts, and times in the reader's zone.

const EVERY_MS = 2000, LONGEST_MS = 20000;
const two = (number) => String(number).padStart(2, "0");
const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
const day = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const isToday = day(at) === day(new Date());
    time.textContent = isToday ? clock(at) : `${day(at)} ${clock(at)}`;
    time.title = `${day(at)} ${clock(at)}`;
  }
}

// Puts the new content into a live part. Focus and opened details stay, by their ids.
function replace(part, fresh) {
  const focus = part.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = [...part.querySelectorAll("details[open]")].map((details) => details.id);
  part.replaceChildren(...fresh.childNodes);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  localTimes(part);
}

const shown = new Map();        // live part → its content as the server sent it

async function refresh() {
  const gone = document.getElementById("gone");
  try {
    const options = { cache: "no-store", signal: AbortSignal.timeout(LONGEST_MS) };
    const answer = await fetch(location.href, options);
    if (answer.redirected) return location.reload();       // the session has ended
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = document.querySelectorAll("[data-live]");
    page.querySelectorAll("[data-live]").forEach((fresh, place) => {
      if (shown.get(parts[place]) === fresh.innerHTML) return;
      shown.set(parts[place], fresh.innerHTML);
      replace(parts[place], fresh);
    });
    gone.textContent = "";
  } catch (error) {
    gone.textContent = "The stand-in does not answer: what is shown may be out of date.";
  }
  gone.hidden = !gone.textContent;
  setTimeout(refresh, EVERY_MS);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("[data-escape]")?.click();
});

for (const place of document.querySelectorAll("[data-zone]")) {
  place.textContent = `Times are those of ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`;
}
localTimes(document);
if (document.querySelector("[data-live]")) setTimeout(refresh, EVERY_MS);
