#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `scrip needs Node.js 24 or newer, and this is ${process.versions.node}. In its repository, "npm ci" brings Node 24 along: use "npm start" or "npx scrip".`,
  );
  process.exit(1);
}
// Build machines set it. Node would colour pipes by it, which scripts read, and warn of a NO_COLOR beside it.
delete process.env.FORCE_COLOR;
const { main } = await import('../dist/cli/main.js');
await main(process.argv);
