/**
 * The script of a page to which a mail links: takes the token from behind the `#`, which no server and no log saw, out of
 * the address, and sends it with the form's fields where the form says (`data-method`, `data-path`).
 */
export const mailedTokenScript = `
const form = document.querySelector("form");
const message = document.querySelector("output");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (token === "") {
  form.hidden = true;
  message.textContent = "This page is opened by the link of a mail.";
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.path, {
      method: form.dataset.method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) }),
    });
    form.hidden = answer.ok;
    message.textContent = answer.ok ? form.dataset.done : (await answer.json()).detail;
  } catch {
    message.textContent = "The shop cannot be reached now; try again.";
  }
  button.disabled = false;
});
`;
