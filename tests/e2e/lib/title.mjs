// How the suites of a client's tests are called, of which runner.mjs makes a
// table: "PACKAGE VERSION", or "PACKAGE VERSION: WHAT IS TRIED".

export const title = (name, version, what) =>
	`${name} ${version}${what ? `: ${what}` : ""}`;

// {name, version, what}, or null when it is none.
export const asClient = (text) =>
	/^(?<name>\S+) (?<version>\d+\.\d+\.\d\S*?)(: (?<what>.*))?$/
	    .exec(text)?.groups ?? null;
