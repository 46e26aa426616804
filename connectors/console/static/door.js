// The one thing the sign-in pages do with JavaScript: show or hide what is typed.
for (const button of document.querySelectorAll("button.show")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.textContent = show ? "Hide" : "Show";
    button.setAttribute("aria-label", show ? "Hide passphrase" : "Show passphrase");
    field.focus();
  });
  // A browser keeps what was typed only in a field of the type password.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
document.querySelector("#name, #passphrase")?.focus();
