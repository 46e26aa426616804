// What may call for attention: a sound and a count in the title, both only when switched on.

import { settings, setSettings } from "./keep.js";
import { byId } from "./dom.js";

const title = document.title;
let context = null;

export function setUp() {
  const now = settings();
  apply(now.theme);
  const sound = byId("set-sound");
  const count = byId("set-title");
  sound.checked = now.sound;
  count.checked = now.title;
  for (const radio of document.querySelectorAll("input[name=theme]")) {
    radio.checked = radio.value === now.theme;
    radio.addEventListener("change", () => {
      setSettings({ ...settings(), theme: radio.value });
      apply(radio.value);
    });
  }
  sound.addEventListener("change", () => {
    setSettings({ ...settings(), sound: sound.checked });
    if (sound.checked) ring();
  });
  count.addEventListener("change", () => {
    setSettings({ ...settings(), title: count.checked });
    badge(0);
  });
  const button = byId("settings-button");
  const panel = byId("settings");
  const show = (open) => {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(panel.hidden));
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".menu")) show(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    const inside = panel.contains(document.activeElement);
    show(false);
    if (inside) button.focus();
  });
}

function apply(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The number of things that wait for this person, in the tab's title. Never a name. */
export function badge(count) {
  document.title = settings().title && count > 0 ? `(${count}) ${title}` : title;
}

/** Two soft tones. */
export function ring() {
  if (!settings().sound) return;
  try {
    context ??= new AudioContext();
    const start = context.currentTime;
    for (const [index, pitch] of [440, 554].entries()) {
      const tone = context.createOscillator();
      const loud = context.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0, start + index * 0.16);
      loud.gain.linearRampToValueAtTime(0.06, start + index * 0.16 + 0.03);
      loud.gain.exponentialRampToValueAtTime(0.0001, start + index * 0.16 + 0.3);
      tone.connect(loud).connect(context.destination);
      tone.start(start + index * 0.16);
      tone.stop(start + index * 0.16 + 0.32);
    }
  } catch {
    // A browser without sound is silent.
  }
}
