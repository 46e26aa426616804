/* Beside, embedded by one line:  <script src="https://your-beside/widget.js" defer></script>
 * It adds a button; the chat is a frame from Beside's own origin, made when the button is first
 * pressed, so that the page around it can neither restyle nor read it.
 * Options on the tag: data-label="Chat" and data-side="left". */
(() => {
  const config = "__CONFIG__"; // filled in by the server
  const script = document.currentScript;
  if (!script || window.besideWidget) return;
  window.besideWidget = true;
  const base = new URL("./", script.src);
  const label = script.dataset.label || config.label;
  const KEY = "beside.open";

  const css = `
    :host{all:initial;position:fixed;z-index:2147483000;inset-block-end:0;inset-inline-end:0;
      font:600 1rem/1.2 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
    :host(.left){inset-inline-end:auto;inset-inline-start:0}
    [hidden]{display:none!important}
    .launcher{position:fixed;inset-block-end:max(1rem,env(safe-area-inset-bottom));
      inset-inline-end:1rem;display:flex;align-items:center;gap:.6rem;min-block-size:3.5rem;
      max-inline-size:calc(100vw - 2rem);padding:.75rem 1.35rem .75rem 1.1rem;border:2px solid #fff;
      border-radius:2rem;background:#1d5949;color:#fff;font:inherit;cursor:pointer;
      box-shadow:0 1px 2px #0a2a2133,0 8px 24px -6px #0a2a2166}
    .launcher:hover{background:#174a3d}
    .launcher:focus-visible{outline:3px solid #1d5949;outline-offset:3px}
    .launcher svg{flex:none;inline-size:1.75rem;block-size:1.75rem}
    .new{padding:.15rem .55rem;border-radius:1rem;background:#ffe3b0;color:#3b2400;font-size:.875rem}
    .panel{position:fixed;inset-block-end:5.75rem;inset-inline-end:1rem;display:flex;
      inline-size:25.5rem;max-inline-size:calc(100vw - 2rem);
      block-size:min(42rem,calc(100vh - 7rem));box-sizing:border-box;border-radius:1.25rem;
      overflow:hidden;background:#faf7f1;color:#22302b;border:1px solid #8a958f;
      box-shadow:0 2px 6px #0a2a211f,0 24px 60px -12px #0a2a2159}
    .left .launcher,.left .panel{inset-inline-end:auto;inset-inline-start:1rem}
    iframe{flex:1;inline-size:100%;border:0;background:#faf7f1;color-scheme:light dark}
    .wait{position:absolute;inset:0;padding:1.5rem;background:#faf7f1;font-weight:400;
      line-height:1.5;overflow:auto}
    .wait p{margin:0 0 1rem}
    .wait a,.wait button{display:inline-block;min-block-size:2.75rem;padding:.7rem 1rem;margin:0 .5rem .5rem 0;
      border:1px solid #1d5949;border-radius:.75rem;box-sizing:border-box;color:#1d5949;background:none;
      font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
    @media (prefers-color-scheme:dark){
      .launcher{background:#8fd3bb;color:#0c211b;border-color:#141a19}
      .launcher:hover{background:#a9e0cc}
      .launcher:focus-visible{outline-color:#8fd3bb}
      .panel,.wait,iframe{background:#141a19;color:#ece8e0}
      .panel{border-color:#5d6b66}
      .wait a,.wait button{color:#8fd3bb;border-color:#8fd3bb}}
    .full .panel{inset:0;inset-block-start:var(--top,0);inline-size:100%;max-inline-size:none;
      block-size:var(--height,100dvh);border:0;border-radius:0}
    .full.open .launcher{display:none}`;

  const el = (name, props, ...children) => {
    const node = Object.assign(document.createElement(name), props);
    node.append(...children);
    return node;
  };
  const host = el("div", { id: "beside-widget" });
  const root = host.attachShadow({ mode: "open" });
  // A constructed sheet needs no leave from the page's content security policy.
  if ("adoptedStyleSheets" in root && window.CSSStyleSheet?.prototype.replaceSync) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } else root.append(el("style", { textContent: css }));

  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("viewBox", "0 0 32 32");
  mark.setAttribute("aria-hidden", "true");
  for (const [d, opacity] of [
    ["M12 5a9 9 0 1 0 0 18 10.600 10.600 0 0 0 2.500-.3A12.500 12.500 0 0 1 14.500 5.300 9 9 0 0 0 12 5z", "0.55"],
    ["M21 7a9 9 0 0 0-6.200 15.500L14 27l4.700-2.300A9 9 0 1 0 21 7z", "1"],
  ]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    path.setAttribute("fill", "currentColor");
    path.setAttribute("opacity", opacity);
    mark.append(path);
  }
  const text = el("span", { textContent: label });
  const fresh = el("span", { className: "new", hidden: true });
  const launcher = el("button", { type: "button", className: "launcher" }, mark, text, fresh);
  launcher.setAttribute("aria-expanded", "false");
  launcher.setAttribute("aria-haspopup", "dialog");
  const wait = el("div", { className: "wait" });
  wait.setAttribute("role", "status");
  const panel = el("div", { className: "panel", hidden: true }, wait);
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", config.title);
  const shell = el("div", {}, launcher, panel);
  if (script.dataset.side === "left") shell.className = host.className = "left";
  root.append(shell);

  let frame = null;
  let ready = false;
  let open = false;
  let timer = 0;
  const narrow = matchMedia("(max-width: 30rem), (max-height: 30rem)");
  const remember = (value) => {
    try {
      value ? sessionStorage.setItem(KEY, "1") : sessionStorage.removeItem(KEY);
    } catch { /* a page that refuses storage only forgets that the chat was open */ }
  };
  const tell = (what) => ready && frame.contentWindow.postMessage({ beside: what }, base.origin);

  /* The on-screen keyboard covers a fixed frame; the frame follows what is really visible. */
  const fit = () => {
    shell.classList.toggle("full", narrow.matches);
    shell.classList.toggle("open", open);
    panel.setAttribute("aria-modal", String(open && narrow.matches));
    document.documentElement.style.overflow = open && narrow.matches ? "hidden" : "";
    const view = window.visualViewport;
    if (!view || view.scale > 1.01) return;
    shell.style.setProperty("--height", `${view.height}px`);
    shell.style.setProperty("--top", `${view.offsetTop}px`);
  };
  const late = () => {
    const links = config.help.map(({ label: words, href }) => el("a", { href, textContent: words }));
    const close = el("button", { type: "button", textContent: config.close });
    close.addEventListener("click", () => show(false));
    wait.replaceChildren(
      el("p", { textContent: config.late }),
      el("p", {}, ...links),
      el("p", {}, el("a", { href: new URL("chat", base), textContent: config.plain }), close),
    );
  };
  const build = () => {
    frame = el("iframe", { title: config.title, allow: "geolocation" });
    wait.textContent = config.wait;
    frame.src = new URL("widget", base);
    panel.append(frame);
    wait.style.zIndex = "1";
    timer = setTimeout(late, 12000);
  };
  const show = (value, focus = true) => {
    open = value;
    remember(value);
    if (value && !frame) build();
    panel.hidden = !value;
    launcher.setAttribute("aria-expanded", String(value));
    text.textContent = value ? config.close : label;
    if (value) fresh.hidden = true;
    fit();
    if (value && focus) frame.focus();
    tell(value ? (focus ? "open" : "shown") : "closed");
    if (!value && focus) launcher.focus();
  };
  launcher.addEventListener("click", () => show(!open));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  narrow.addEventListener("change", fit);
  window.visualViewport?.addEventListener("resize", fit);
  window.visualViewport?.addEventListener("scroll", fit);

  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== base.origin) return;
    const { beside, count } = event.data || {};
    if (beside === "ready") {
      clearTimeout(timer);
      ready = true;
      wait.hidden = true;
      tell(open ? (document.activeElement === host ? "open" : "shown") : "closed");
    } else if (beside === "close") show(false);
    else if (beside === "unread" && !open) {
      fresh.textContent = config.fresh.replace("{count}", count);
      fresh.hidden = !count;
    } else if (beside === "exit") {
      document.documentElement.style.display = "none";
      remember(false);
      location.replace(config.exit);
    }
  });

  const start = () => {
    document.body.append(host);
    let was = null;
    try {
      was = sessionStorage.getItem(KEY);
    } catch { /* nothing was kept */ }
    // Over a small screen an opened chat would hide the page somebody has just asked for.
    if (was && !narrow.matches) show(true, false);
    else fit();
  };
  document.body ? start() : document.addEventListener("DOMContentLoaded", start);
})();
