// The admin API, as a portal session may use it.

const TIMEOUT = 15000, TRIES = 3;

/** Of the session: the cookie's csrf token, or, embedded, the bearer token. */
export const credentials = { csrf: null, token: null };

/** What app.js does when the session has ended: a promise that is kept when there is another. */
export const hooks = { ended: () => Promise.reject(new Error("ended")) };

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    const first = body?.errors?.[0];
    super(body?.detail ?? `HTTP ${status}`);
    Object.assign(this, { status, code: first?.code ?? (status ? `http_${status}` : "offline"), field: first?.meta?.field ?? null,
      sentence: body?.detail ?? null, errors: body?.errors ?? [], requestId: body?.request_id ?? null, retryAfter });
  }
}

const known = new Map(); // path → {etag, data}, for what is asked again and again
const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

function headers(method, { body, key, ifMatch, bearer, raw }) {
  const out = new Headers({ Accept: raw ? "*/*" : "application/json" });
  const token = bearer ?? credentials.token;
  if (token) out.set("Authorization", `Bearer ${token}`);
  else if (method !== "GET" && credentials.csrf) out.set("X-CSRF-Token", credentials.csrf);
  if (body !== undefined) out.set("Content-Type", "application/json");
  if (key) out.set("Idempotency-Key", key);
  if (ifMatch) out.set("If-Match", ifMatch);
  return out;
}

async function once(method, path, options) {
  const send = headers(method, options);
  const before = method === "GET" ? known.get(path) : null;
  if (before) send.set("If-None-Match", before.etag);
  const signals = [AbortSignal.timeout(TIMEOUT), options.signal].filter(Boolean);
  let response;
  try {
    response = await fetch(path, { method, headers: send, signal: AbortSignal.any(signals), cache: "no-store",
      body: options.body === undefined ? undefined : JSON.stringify(options.body) });
  } catch (e) {
    if (options.signal?.aborted) throw e;
    throw new Problem(0, null, 0);
  }
  if (response.status === 304) return before;
  const text = await response.text();
  let data = null;
  try {
    data = text && !(options.raw && response.ok) ? JSON.parse(text) : null;
  } catch {
    data = null;
  }
  if (!response.ok) throw new Problem(response.status, data, Number(response.headers.get("Retry-After")) || 0);
  if (options.raw) return { text, cursor: response.headers.get("X-Next-Cursor") };
  const answer = { data, etag: response.headers.get("ETag") };
  if (method === "GET" && answer.etag) known.set(path, answer);
  return answer;
}

const passing = (e) => e instanceof Problem && (e.status === 0 || e.status === 429 || e.status >= 500);

/**
 * call(method, path, {body, key, ifMatch, signal, bearer, quiet}): {data, etag}. A GET, and a change with a key (one for each intent),
 * is tried three times; an ended session is waited for, unless `quiet`.
 */
export async function call(method, path, options = {}) {
  const again = method === "GET" || options.key;
  for (let n = 1; ; n++) {
    try {
      return await once(method, path, options);
    } catch (e) {
      if (e instanceof Problem && e.status === 401 && !options.quiet) {
        await hooks.ended();
        continue;
      }
      if (!again || !passing(e) || n >= TRIES || e.retryAfter > 10) throw e;
      await sleep(e.retryAfter ? e.retryAfter * 1000 : 400 * n);
    }
  }
}

export const get = async (path, options) => (await call("GET", path, options)).data;
export const send = async (method, path, body, options) => (await call(method, path, { body, ...options })).data;
export const download = (path, options) => call("GET", path, { ...options, raw: true }); // {text, cursor: of the next part, or null}
export const newKey = () => crypto.randomUUID();

/** Lists by cursor, 50 at a time. next() gives the rows and whether there are more; reset() drops what an older filter asked for. */
export function pages(path, query = {}) {
  let cursor = null, round = 0;
  return {
    async next(signal) {
      const mine = round;
      const params = new URLSearchParams({ limit: "50", ...query, ...(cursor && { cursor }) });
      const list = await get(`${path}?${params}`, { signal });
      if (mine !== round) return null;
      cursor = list.next_cursor;
      return { rows: list.data, more: cursor !== null, list };
    },
    reset(other) {
      round++;
      cursor = null;
      query = other;
    },
  };
}

/** Every row, for lists that are short by nature. */
export async function all(path, query, signal) {
  const list = pages(path, query), rows = [];
  for (let page; !page || page.more; ) {
    page = await list.next(signal);
    rows.push(...page.rows);
  }
  return rows;
}
