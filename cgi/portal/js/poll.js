// Asks again and again while somebody looks: not while the page is hidden or paused, at once when it is back.

const QUICK = 3000, LATER = 15000, HEALTHY = 60000, TEN_MINUTES = 600000;

/** How long to wait: 3 s while setting up, 15 s after ten minutes of it, 60 s when all is well. */
export const pace = (healthy, since) => (healthy ? HEALTHY : Date.now() - since < TEN_MINUTES ? QUICK : LATER);

/**
 * poll(work, {signal, wait}): work() is awaited, then wait() says the milliseconds to the next. The answer has pause(), resume(),
 * now(), and state {paused, failed, checked, next}, of which changed() is told.
 */
export function poll(work, { signal, wait, changed = () => {} }) {
  const state = { paused: false, failed: null, checked: null, next: null };
  let timer = null, running = false;

  const schedule = (ms) => {
    clearTimeout(timer);
    state.next = Date.now() + ms;
    if (!signal.aborted && !state.paused && !document.hidden) timer = setTimeout(run, ms);
  };
  async function run() {
    if (running || signal.aborted) return;
    running = true;
    let failed = null;
    try {
      await work();
      state.checked = Date.now();
    } catch (e) {
      failed = e;
    }
    running = false;
    if (signal.aborted) return;
    state.failed = failed;
    schedule(failed ? 8000 : wait());
    changed(state);
  }
  const wake = () => !document.hidden && !state.paused && run();
  document.addEventListener("visibilitychange", wake, { signal });
  window.addEventListener("online", wake, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  run();
  return {
    state, now: run,
    pause() { state.paused = true; clearTimeout(timer); changed(state); },
    resume() { state.paused = false; changed(state); run(); },
  };
}
