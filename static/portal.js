/* While somebody types, their page stays open: "Keep it open" is pressed for them, at most every five minutes. */

const form = document.querySelector("form[action$='/portal/stay']");
const EVERY = 5 * 60 * 1000;
let last = Date.now();

document.addEventListener("input", () => {
  if (!form || Date.now() - last < EVERY) return;
  last = Date.now();
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).catch(() => {});
});
