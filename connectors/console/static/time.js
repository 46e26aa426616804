// Times as people say them. The server's clock is the measure; `sync` learns how far ours is off.

let skew = 0;

export function sync(serverNow) {
  skew = Date.parse(serverNow) - Date.now();
}

export const now = () => Date.now() + skew;

/** "under 1 min", "4 min", "1 h 20 min", "2 days": how long since the ISO time. */
export function since(iso) {
  const minutes = Math.max(0, Math.floor((now() - Date.parse(iso)) / 60000));
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "1 day" : `${days} days`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export const atClock = (iso) => clock.format(new Date(iso));

/** A key and a caption for the day of an ISO time. */
export function day(iso, words) {
  const at = new Date(iso);
  const start = new Date(now());
  start.setHours(0, 0, 0, 0);
  const days = Math.round((start - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  return { key: at.toDateString(), label: days === 0 ? words.today : days === 1 ? words.yesterday : date.format(at) };
}
