// The real program on a data directory of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = process.env.MAILLE ?? "target/debug/maille";

/** Starts the demonstration, waits until it is searchable; gives its address and how to stop it. `options` are of the command. */
export async function startDemo(...options) {
  const data = await dataDirectory();
  return start(data, "demo", ...options);
}

/** A new data directory. */
export function dataDirectory() {
  return mkdtemp(join(tmpdir(), "maille-browser-"));
}

/** Runs a command of the program to its end, `input` on its standard input; what it printed. */
export async function run(data, input, ...command) {
  const child = spawn(program, ["--data-dir", data, ...command], { env: environment(), stdio: ["pipe", "pipe", "pipe"] });
  let [printed, said] = ["", ""];
  child.stdout.on("data", (piece) => (printed += piece));
  child.stderr.on("data", (piece) => (said += piece));
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${said}`);
  return printed;
}

/** Serves a data directory, which goes when it is stopped. `command` is `serve` or `demo`. */
export async function start(data, command, ...options) {
  const where = options.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const server = spawn(program, ["--data-dir", data, command, ...where, ...options], {
    env: environment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = createInterface({ input: server.stderr });
  const lines = [];
  const address = await new Promise((resolve, reject) => {
    log.on("line", (line) => {
      lines.push(line);
      const said = line.match(/maille répond sur (\S+)/);
      if (said) resolve(said[1]);
    });
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${lines.join("\n")}`)));
  });
  const deadline = Date.now() + 120_000;
  while ((await fetch(`${address}/health/ready`)).status !== 200) {
    if (Date.now() > deadline) throw new Error(`the directory is not ready:\n${lines.join("\n")}`);
  }
  return {
    address,
    /** As a crash does; its data stays. */
    async kill() {
      server.removeAllListeners("exit");
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    },
    async stop() {
      server.removeAllListeners("exit");
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

function environment() {
  const { DATABASE_URL, ...rest } = process.env;
  return rest;
}

/** The results that tests and pictures look at. */
export const RESULTS = "/recherche?q=equipe+mobile+geriatrie&commune=92007";

/** The sheet of the first of them. */
export async function sheetOfTheFirstHit(demo) {
  const answer = await (await fetch(`${demo.address}${RESULTS.replace("/recherche", "/api/v1/search")}`)).json();
  return `/ressources/${answer.hits[0].slug}`;
}

/** The short ids of as many listings of several kinds that serve Bagneux, for the address of a selection. */
export async function shortIds(demo, count) {
  const ids = new Set();
  for (const need of ["equipe+mobile+geriatrie", "ssiad", "ccas", "mdph", "dac", "accueil+de+jour", "repit", "clic"]) {
    const answer = await (await fetch(`${demo.address}/api/v1/search?q=${need}&commune=92007&limit=2`)).json();
    for (const hit of answer.hits) ids.add(hit.id.replaceAll("-", "").slice(0, 12));
  }
  return [...ids].slice(0, count);
}
