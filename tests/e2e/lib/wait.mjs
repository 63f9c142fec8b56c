// Waiting for conditions, each with a deadline.

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Returns the first true value that `probe` gives; throws after `ms`.
export async function until(probe, what, ms = 60000) {
	const deadline = performance.now() + ms;

	for (;;) {
		const value = await probe();

		if (value)
			return value;
		if (performance.now() > deadline) {
			const text = typeof what === "function" ? what() : what;
			throw new Error(`waited ${ms} ms in vain: ${text}`);
		}
		await pause(20);
	}
}

// The value of `promise`, or an error after `ms`.
export async function within(promise, what, ms = 60000) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() =>
		    reject(new Error(`took over ${ms} ms: ${what}`)), ms);
	});

	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

// Milliseconds that `fn` takes, and its value.
export async function timed(fn) {
	const start = performance.now();
	const value = await fn();

	return { ms: performance.now() - start, value };
}
