// The portal as people meet it: by keyboard, without JavaScript, on a small screen, with assistive technology. One
// demonstration serves all; a file per part of the site.
import { after, before } from "node:test";

import { enter, leave } from "./house.js";

before(() => enter());
after(leave);

await import("./everywhere.js");
await import("./search.js");
await import("./trust.js");
await import("./sheet.js");
await import("./report.js");
await import("./home.js");
await import("./selection.js");
await import("./results.js");
await import("./map.js");
await import("./places.js");
