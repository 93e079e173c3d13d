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
  const data = await mkdtemp(join(tmpdir(), "maille-browser-"));
  const environment = { ...process.env };
  delete environment.DATABASE_URL;
  const server = spawn(program, ["--data-dir", data, "demo", "--listen", "127.0.0.1:0", ...options], {
    env: environment,
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
    if (Date.now() > deadline) throw new Error(`the demonstration is not ready:\n${lines.join("\n")}`);
  }
  return {
    address,
    async stop() {
      server.removeAllListeners("exit");
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
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
