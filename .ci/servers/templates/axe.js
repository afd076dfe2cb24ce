// Opens pages in Chromium, dark and light, in phone and desktop sizes, and prints axe's findings as one JSON document.
// With a third argument, screenshots are stored in that folder.
const path = require("path");
const { chromium } = require("playwright-core");

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

async function main(pages, password, pictures) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: QUIET });
  const found = [];
  for (const scheme of ["light", "dark"]) {
    for (const width of [390, 1280]) {
      const context = await browser.newContext({
        colorScheme: scheme, viewport: { width, height: 844 }, bypassCSP: true,
        httpCredentials: { username: "operator", password },
      });
      const page = await context.newPage();
      const asked = new Set();
      page.on("request", (request) => asked.add(new URL(request.url()).host));
      for (const [name, url] of Object.entries(pages)) {
        await page.goto(url, { waitUntil: "load" });
        // Folded sections are opened, so that axe reads them, too.
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
        await page.addScriptTag({ path: require.resolve("axe-core") });
        const result = await page.evaluate(() => window.axe.run(document, {}));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${scheme}-${width}.png`), fullPage: true });
        found.push({
          page: name, scheme, width, wide, rules: result.passes.length,
          findings: result.violations.map((one) => `${one.id}: ${one.help} (${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")})`),
        });
      }
      found.push({ hosts: [...asked] });
      await context.close();
    }
  }
  await browser.close();
  console.log(JSON.stringify(found));
}

main(JSON.parse(process.argv[2]), process.argv[3], process.argv[4]).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
