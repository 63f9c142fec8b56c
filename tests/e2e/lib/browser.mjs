// Debian's Chromium, headless, and what a page in it asks for and complains of.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import puppeteer from "puppeteer-core";
import { makeDir, removeDir, slack } from "./env.mjs";
import { until } from "./wait.mjs";

const axe = fs.readFileSync(
    createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

function chromium() {
	const found = process.env.PATH.split(":")
	    .map((dir) => path.join(dir, "chromium"))
	    .find((file) => fs.existsSync(file));

	if (!found)
		throw new Error("chromium is missing");
	return found;
}

export class Browser {
	static async start() {
		const browser = new Browser();

		browser.dir = makeDir("browser");
		browser.process = await puppeteer.launch({
			executablePath: chromium(), userDataDir: browser.dir,
			timeout: 60000 * slack,
			// Its sandbox is not for root. It is to ask nobody by itself.
			args: ["--no-sandbox", "--disable-gpu",
				"--disable-dev-shm-usage", "--no-proxy-server",
				"--disable-background-networking",
				"--disable-component-update", "--no-first-run"],
			env: { ...process.env, HOME: browser.dir, TZ: "UTC" },
		});
		return browser;
	}

	// A tab of its own, which shares nothing with others.
	async open(url, options) {
		const context = await this.process.createBrowserContext();
		const tab = new Tab(await context.newPage(), context);

		await tab.size(1280, 900);
		if (options?.dark)
			await tab.dark(true);
		await tab.page.goto(url, { waitUntil: "load" });
		return tab;
	}

	async stop() {
		await this.process?.close();
		removeDir(this.dir);
	}
}

export class Tab {
	constructor(page, context) {
		this.page = page;
		this.context = context;
		this.asked = []; // URLs
		this.posted = []; // bodies
		this.failed = []; // those that came to nothing
		this.complaints = []; // of the console, and errors
		page.on("request", (r) => {
			this.asked.push(r.url());
			if (r.method() === "POST")
				this.posted.push(r.postData());
		});
		page.on("requestfailed", (r) => this.failed.push(r.url()));
		page.on("console", (m) => this.complaints.push(m.text()));
		page.on("pageerror", (e) => this.complaints.push(e.message));
		page.setDefaultTimeout(20000 * slack);
	}

	size(width, height) {
		return this.page.setViewport({ width, height });
	}

	dark(is) {
		return this.page.emulateMediaFeatures([{
			name: "prefers-color-scheme", value: is ? "dark" : "light" }]);
	}

	// What can be read in the elements of a selector.
	texts(selector) {
		return this.page.$$eval(selector, (all) => all.map(
		    (e) => e.innerText.replace(/\s+/g, " ").trim()));
	}

	// Once one of them can be read and fits; its text.
	reads(selector, pattern) {
		let last;

		return until(async () => {
			last = await this.texts(selector);
			return last.find((t) => pattern.test(t));
		}, () => `${pattern} in ${selector}: ${JSON.stringify(last)}`,
		20000 * slack);
	}

	async press(...keys) {
		for (const key of keys)
			await this.page.keyboard.press(key);
	}

	// Goes on with Tab until an element that fits has the focus.
	async tabTo(selector, most = 80) {
		for (let i = 0; i < most; i++) {
			if (await this.page.evaluate((s) =>
				document.activeElement?.matches(s), selector))
				return;
			await this.press("Tab");
		}
		throw new Error(`Tab does not come to ${selector}`);
	}

	// What axe finds wrong, a line each.
	async violations() {
		await this.page.evaluate(axe);
		const { violations, passes } = await this.page.evaluate(
		    () => window.axe.run());

		if (passes.length < 10)
			throw new Error(`axe looked at ${passes.length} things`);
		return violations.flatMap((v) => v.nodes.map(
		    (n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`));
	}

	// How many pixels of it lie beside the window.
	overflow() {
		return this.page.evaluate(() => Math.max(
		    document.documentElement.scrollWidth,
		    document.body.scrollWidth) - window.innerWidth);
	}

	close() {
		return this.context.close();
	}
}
