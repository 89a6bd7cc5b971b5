// Checks what the log holds of one exchange, as `app/exchange/log/opening.py` does, by WebCrypto:
// the leaf's text, the way to the checkpoint's root (RFC 9162 §2.1.3.2), both signatures
// (c2sp.org/signed-note, c2sp.org/tlog-cosignature), the entry, and whom it is about.

const text = new TextEncoder();
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(parts)));
const leafHash = (leaf) => sha256([0], text.encode(leaf));
const same = (one, other) => hex(one) === hex(other);

class Unsound extends Error {
  constructor(step) { super(step); this.step = step; }
}

function must(holds, step) {
  if (!holds) throw new Unsound(step);
}

function joined(parts) {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function decoded(base64, step) {
  let raw;
  try { raw = atob(base64); } catch { throw new Unsound(step); }
  must(btoa(raw) === base64, step);
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

function unhex(digits, step) {
  must(/^([0-9a-f]{2})*$/.test(digits), step);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// RFC 8785: keys in order, no spaces; so no key stands twice, and no two texts mean the same.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

function record(said, step) {
  let value;
  try { value = JSON.parse(said); } catch { throw new Unsound(step); }
  must(canonical(value) === said, step);
  return value;
}

async function leadsTo(hash, index, size, path, root, step) {
  must(0n <= index && index < size, step);
  let [first, last, running] = [index, size - 1n, hash];
  for (const sibling of path) {
    must(last !== 0n, step);
    if (first & 1n || first === last) {
      running = await sha256([1], sibling, running);
      while (first && !(first & 1n)) { first >>= 1n; last >>= 1n; }
    } else {
      running = await sha256([1], running, sibling);
    }
    first >>= 1n;
    last >>= 1n;
  }
  must(last === 0n && same(running, root), step);
}

// `<name>+<key id>+<base64 of type and key>`; the id is made of name and key.
async function verifier(vkey, type, step) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  must(name !== undefined, step);
  const material = decoded(encoded, step);
  must(material.length === 33 && material[0] === type, step);
  must(hex((await sha256(text.encode(`${name}\n`), material)).slice(0, 4)) === id, step);
  const key = await crypto.subtle.importKey("raw", material.slice(1), "Ed25519", false, ["verify"]);
  return { name, id, key };
}

function signatures(lines, by, step) {
  const blobs = [];
  for (const line of lines) {
    const [, name, encoded] = /^\u2014 ([^+\s]+) (\S+)$/.exec(line) ?? [];
    must(name !== undefined, step);
    const material = decoded(encoded, step);
    if (name === by.name && hex(material.slice(0, 4)) === by.id) blobs.push(material.slice(4));
  }
  must(blobs.length > 0, step);
  return blobs;
}

const signed = (by, blob, message) => crypto.subtle.verify("Ed25519", by.key, blob, text.encode(message));

async function checkpoint(note, logKey, witnessKey) {
  const cut = note.lastIndexOf("\n\n");
  must(cut > 0 && note.endsWith("\n"), "log");
  const said = note.slice(0, cut + 1);
  const lines = note.slice(cut + 2, -1).split("\n");
  const log = await verifier(logKey, 1, "log");
  for (const blob of signatures(lines, log, "log")) must(await signed(log, blob, said), "log");
  const witness = await verifier(witnessKey, 4, "witness");
  for (const blob of signatures(lines, witness, "witness")) {
    must(blob.length === 72, "witness");
    const time = new DataView(blob.buffer).getBigUint64(0);
    const message = `cosignature/v1\ntime ${time}\n${said}`;
    must(await signed(witness, blob.slice(8), message), "witness");
  }
  const [origin, size, root] = said.split("\n");
  must(origin === log.name && /^(0|[1-9][0-9]{0,19})$/.test(size), "log");
  return { origin, size: BigInt(size), root: decoded(root, "log") };
}

async function check(opening, logKey, witnessKey) {
  const leaf = record(opening.leaf, "leaf");
  const cut = opening.tlog_proof.indexOf("\n\n");
  const [format, at, ...rest] = opening.tlog_proof.slice(0, cut).split("\n");
  must(cut > 0 && format === "c2sp.org/tlog-proof@v1" && /^index (0|[1-9][0-9]{0,19})$/.test(at), "path");
  const index = BigInt(at.slice(6));
  const head = await checkpoint(opening.tlog_proof.slice(cut + 2), logKey, witnessKey);
  must(leaf.log === head.origin && BigInt(leaf.seq) === index, "path");
  const path = rest.map((line) => decoded(line, "path"));
  await leadsTo(await leafHash(opening.leaf), index, head.size, path, head.root, "path");
  const about = opening.entry ? await entry(opening.entry, leaf) : leaf;
  must(about.subject && opening.subjects.includes(about.subject), "subject");
}

async function entry(shown, leaf) {
  const own = record(shown.text, "entry");
  must(leaf.entries_root && own.position === shown.position && own.request_id === leaf.request_id, "entry");
  const path = shown.path.map((node) => unhex(node, "entry"));
  const root = unhex(leaf.entries_root, "entry");
  const place = BigInt(shown.position);
  await leadsTo(await leafHash(shown.text), place, BigInt(leaf.entries), path, root, "entry");
  return own;
}

const place = document.querySelector("[data-opening]");
const verdict = place.querySelector("[data-verdict]");
const again = place.querySelector("[data-check]");
const kept = (name) => place.querySelector(`[data-key=${name}]`).value.trim();

function tell(outcome, words) {
  verdict.dataset.outcome = outcome;
  verdict.textContent = words;
}

async function look() {
  const steps = [...place.querySelectorAll("[data-step]")];
  let failed = null;
  try {
    const opening = JSON.parse(place.querySelector("[data-text]").value);
    await check(opening, kept("log") || opening.log_key, kept("witness") || opening.witness_key);
    tell("holds", verdict.dataset.holds);
  } catch (error) {
    if (error.name === "NotSupportedError") return tell("unable", verdict.dataset.unable);
    // Whatever is not even of the right form fails where it was to be read first.
    failed = error instanceof Unsound ? error.step : "leaf";
    const step = steps.find((each) => each.dataset.step === failed);
    tell("fails", `${verdict.dataset.fails} ${step.textContent}`);
  }
  for (const step of steps) step.className = step.dataset.step === failed ? "failed" : "";
}

if (globalThis.crypto?.subtle) {
  again.hidden = false;
  again.addEventListener("click", look);
  look();
} else {
  tell("unable", verdict.dataset.unable);
}
