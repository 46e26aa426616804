// What this device keeps. Drafts and unsent messages live as long as the tab, and belong to one
// member of staff; settings stay. Every read survives a browser that forbids storage.

let owner = "";

function read(store, key, otherwise) {
  try {
    const value = store.getItem(key);
    return value === null ? otherwise : JSON.parse(value);
  } catch {
    return otherwise;
  }
}

function write(store, key, value) {
  try {
    if (value === null) store.removeItem(key);
    else store.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden store costs the draft's survival of a reload, nothing else.
  }
}

/** From here on everything in the tab belongs to this person; what somebody else left is dropped. */
export function begin(staff) {
  if (read(sessionStorage, "beside.owner", "") !== staff) forget();
  owner = staff;
  write(sessionStorage, "beside.owner", staff);
}

/** Drop all that was written in this tab. */
export function forget() {
  try {
    sessionStorage.clear();
  } catch {
    // Nothing was kept then.
  }
}

const key = (kind, talk) => `beside.${kind}.${owner}.${talk}`;

export const draft = (talk) => read(sessionStorage, key("draft", talk), "");
export const setDraft = (talk, text) => write(sessionStorage, key("draft", talk), text || null);
export const unsent = (talk) => read(sessionStorage, key("unsent", talk), []);
export const setUnsent = (talk, list) => write(sessionStorage, key("unsent", talk), list.length ? list : null);

const DEFAULTS = { sound: false, title: false, theme: "auto" };
export const settings = () => ({ ...DEFAULTS, ...read(localStorage, "beside.console", {}) });
export const setSettings = (value) => write(localStorage, "beside.console", value);
