// Raw cases: where a request ends (RFC 9112, 5 to 7), and what it is made of.
import { chat, chunk, chunked, either, end, framed, get, good, half, health,
	json, key, no, ok, post, request, row, shared, smuggled, theirs } from
    "./raw_rows.mjs";

const shown = (s) => JSON.stringify(s.length > 40 ? s.slice(0, 40) : s);
// A body of five bytes, should anybody read one.
const refused = (...fields) => shared(fields.map(shown).join(" and "),
    framed(fields, "5\r\nhello\r\n0\r\n\r\n"));
const refusedByThem = (fields, ...statuses) => theirs(
    fields.map(shown).join(" and "), framed(fields, "hello"), ...statuses);

const names = [
	...["(", ")", ",", "/", ";", "<", "=", ">", "?", "@", "[", "\\", "]",
		"{", "}", "\"", "\x01", "\x7f", "\x80", "\xe9", " ", "\t"].map(
	    (c) => shared(`X${JSON.stringify(c)}A is no token`,
		health(`X${c}A: b`))),
	shared("a blank before the colon", health("X-A : b")),
	shared("a tab before the colon", health("X-A\t: b")),
	shared("none", health(": b")),
	shared("a NUL in it", health("X\0A: b", "X-B: c")),
	shared("a CR in it", health("X\rA: b")),
	theirs("no colon", health("X-A"), 400),
	theirs("a NUL alone", health("\0"), 400),
	theirs("a NUL before it", health("\0X-A: b"), 400),
	theirs("a NUL behind the last one", health("X-A: b", "\0"), 400),
	theirs("none, and a body", framed(["Content-Length: 5", ": b"],
	    "hello"), 400),
	theirs("a colon alone", health("X-A: b", ":"), 400),
	ok("all that a token may have", health("!#$%&'*+-.^_`|~09azAZ: b")),
	ok("of one letter", health("X: b")),
	ok("of 5,000 letters", health(`${"X".repeat(5000)}: b`)),
];

const values = [
	ok("none", health("X-A:")),
	ok("only blanks", health("X-A: \t  ")),
	ok("no blank before it", health("X-A:b")),
	ok("blanks around it", health("X-A: \t b \t ")),
	ok("a tab within", health("X-A: b\tc")),
	ok("colons", health("X-A: b: c:: d:")),
	ok("bytes above ASCII", health("X-A: \xe9\xff\x80")),
	ok("quotes that do not end", health("X-A: \"b")),
	ok("of 8,000 bytes", health(`X-A: ${"b".repeat(8000)}`)),
	either("a control character", health("X-A: b\x01c"), 200, 400),
	shared("a NUL within", health("X-A: b\0c", "X-B: d")),
	shared("a NUL at its end", health("X-A: b\0", "X-B: d")),
	shared("a NUL alone", health("X-A: \0", "X-B: d")),
	shared("a NUL within the last one", health("X-A: b\0c")),
	shared("a NUL at the last one's end", health("X-A: b\0")),
	shared("a CR within", health("X-A: b\rc")),
	shared("a CR before a name", health("X-A: b\rX-B: c")),
	either("a fold of what nobody reads", health("X-A: b\r\n c"), 200, 400),
	...["Host", "Origin", "Authorization", "x-api-key", "api-key",
		"Content-Type", "Content-Encoding", "Content-Length",
		"Transfer-Encoding"].map((n) => shared(`a fold of ${n}`, request(
	    `POST ${chat} HTTP/1.1`, "Host: localhost", `${n}:`, " chunked"))),
	either("a fold before the first", request("GET /health HTTP/1.1",
	    " X-A: b", "Host: localhost"), 200, 400),
];

const size = good.length;
const lengths = [
	ok("as it should be", framed([`Content-Length: ${size}`], good)),
	ok("zeros before it", framed([`Content-Length: 0000${size}`], good)),
	ok("a tab before it", framed([`Content-Length:\t${size}`], good)),
	either("a blank behind it", framed([`Content-Length: ${size} `], good),
	    200, 400),
	no("0 for a chat", framed(["Content-Length: 0"]), 400, "invalid_json"),
	ok("0 for a GET", health("Content-Length: 0")),
	...["-5", "+5", "5x", "0x5", "5,5", "5, 5", "5,6", "5;", "5.0", "1e1",
		"5 5", "", "x", "\"5\"", "- 5", "\xb2"].map((n) =>
	    refusedByThem([`Content-Length: ${n}`], 400)),
	refusedByThem(["Content-Length: 99999999999999999999"], 400, 413),
	refusedByThem([`Content-Length: ${"9".repeat(1000)}`], 400, 413),
	end("2^63 - 1", framed(["Content-Length: 9223372036854775807"]), 413,
	    "body_too_large"),
	end("100 GB", framed(["Content-Length: 100000000000"]), 413,
	    "body_too_large"),
	refused("Content-Length: 5", "Content-Length: 5"),
	refused("Content-Length: 5", "Content-Length: 6"),
	refused("Content-Length: 0", "Content-Length: 15"),
	refused("Content-Length: 5", "content-length: 5"),
	refused("Content-Length : 5"),
	refused("Content-Length\t: 5"),
	refused("Content-Length:\r\n 5"),
	refused("Content-Length: 5", "X A: b"),
	refused("Content-Length: 5", "X(A): b"),
	refused("Content-Length: 5", "X-A: b\0c"),
	refused("Content-Length: 5\0", "X-A: b"),
	end("none for a chat", framed([]), 411, "length_required"),
	end("none that is spelt right", framed(["Content_Length: 5"], "hello"),
	    411, "length_required"),
];

const encodings = [
	ok("chunked", chunked(chunk(good), "0\r\n\r\n")),
	ok("Chunked", framed(["transfer-encoding: Chunked"],
	    `${chunk(good)}0\r\n\r\n`)),
	ok("a tab before it", framed(["Transfer-Encoding:\tchunked"],
	    `${chunk(good)}0\r\n\r\n`)),
	either("a blank behind it", framed(["Transfer-Encoding: chunked "],
	    `${chunk(good)}0\r\n\r\n`), 200, 400),
	...["gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked",
		"chunked,", ",chunked", "identity", "xchunked", "chunked;q=1",
		"chunke", "\"chunked\"", "", "\x0bchunked", "chunked\0"].map(
	    (e) => refused(`Transfer-Encoding: ${e}`, "X-A: b")),
	refused("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
	refused("Transfer-Encoding: identity", "Transfer-Encoding: chunked"),
	refused("Transfer-Encoding: chunked", "Content-Length: 5"),
	refused("Content-Length: 5", "Transfer-Encoding: chunked"),
	refused("Content-Length: 5", "Transfer-Encoding: identity"),
	refused("Transfer-Encoding : chunked"),
	refused("Transfer-Encoding\t: chunked"),
	refused("Transfer-Encoding:\r\n chunked"),
	refused("Transfer-Encoding:\r\n\tchunked", "Content-Length: 5"),
	end("none that is spelt right", framed(["Transfer_Encoding: chunked"],
	    "5\r\nhello\r\n0\r\n\r\n"), 411, "length_required"),
];

const last = "0\r\n\r\n";
const sized = (text) => `${text}\r\n${good}\r\n${last}`;
const hex = size.toString(16);
const chunks = [
	ok("of one byte each", chunked(...[...good].map(chunk), last)),
	ok("capitals", chunked(sized(hex.toUpperCase()))),
	ok("zeros before the size", chunked(sized(`0000${hex}`))),
	/* 1.0.1 takes none: doc/mhd.md */
	either("an extension", chunked(sized(`${hex};a=b`)), 200, 400),
	either("an extension in quotes", chunked(sized(`${hex};a="b;c"`)), 200, 400),
	either("an extension of 1,000 bytes", chunked(
	    sized(`${hex};a=${"b".repeat(1000)}`)), 200, 400),
	ok("zeros for the last", chunked(chunk(good), "000\r\n\r\n")),
	either("an extension of the last", chunked(chunk(good), "0;a=b\r\n\r\n"), 200, 400),
	ok("a trailer", chunked(chunk(good), "0\r\nX-A: b\r\n\r\n")),
	ok("a trailer that is no header", chunked(chunk(good),
	    "0\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\n",
	    "Host: evil.example\r\n\r\n")),
	no("none but the last", chunked(last), 400, "invalid_json"),
	either("LF for CRLF", chunked(sized(hex).replaceAll("\r\n", "\n")), 200,
	    400),
	...["-5", "+5", "0x5", "", "x", "5 5", " 5", "5g", "5,5", "\"5\"",
		"5\0"].map((s) => theirs(`${JSON.stringify(s)} for a size`,
	    chunked(sized(s)), 400)),
	theirs("2^64 for a size", chunked(sized("10000000000000000")), 400, 413),
	theirs("100 digits", chunked(sized("f".repeat(100))), 400, 413),
	theirs("more than its size", chunked(`5\r\nhello world\r\n${last}`), 400),
	theirs("less than its size", chunked(`7\r\nhello\r\n${last}`), 400),
	theirs("no line end behind it", chunked(`5\r\nhello5\r\nhello\r\n${
	    last}`), 400),
	theirs("a trailer without a colon",
	    chunked(chunk(good), "0\r\nX-A\r\n\r\n"), 400),
];

const bodies = [
	ok("of a GET", health("Content-Length: 5") + "hello"),
	ok("of a GET, in chunks", health("Transfer-Encoding: chunked") +
	    chunk("hello") + last),
	ok("of a GET, that looks like a request",
	    health(`Content-Length: ${smuggled.length}`) + smuggled),
	row("of a HEAD", request("HEAD /health HTTP/1.1", "Host: localhost",
	    "Content-Length: 5") + "hello", 200, { head: true }),
	row("of OPTIONS", request("OPTIONS /health HTTP/1.1", "Host: localhost",
	    "Content-Length: 5") + "hello", 204),
	no("of a DELETE", request("DELETE /health HTTP/1.1", "Host: localhost",
	    "Content-Length: 5") + "hello", 405, "method_not_allowed"),
	no("of a POST to nothing", request("POST /none HTTP/1.1",
	    "Host: localhost", json, "Content-Length: 5") + "hello", 404,
	"not_found"),
	ok("a byte order mark", post([], `\xef\xbb\xbf${good}`)),
	ok("blanks around it", post([], `\r\n\t ${good} \r\n`)),
	no("half of it", post([], good.slice(0, -5)), 400, "invalid_json"),
	no("a byte behind it", post([], `${good}x`), 400, "invalid_json"),
	no("two of them", post([], good + good), 400, "invalid_json"),
	no("a NUL before it", post([], `\0${good}`), 400, "invalid_json"),
	no("a NUL behind it", post([], `${good}\0`), 400, "invalid_json"),
	no("no UTF-8", post([], good.replace("ok", "\xff")), 400,
	    "invalid_json"),
	no("a form", post([], "model=codex-local"), 400, "invalid_json"),
	no("a list", post([], "[]"), 400, "invalid_type"),
	no("a request", post([], smuggled), 400, "invalid_json"),
];

const type = (name, ...fields) => post(fields).replace(`${json}\r\n`, "");
const mediaTypes = [
	ok("in other letters", type("", "content-type: APPLICATION/Json")),
	ok("a parameter", type("", `${json};charset=utf-8`)),
	ok("a parameter behind blanks", type("", `${json} ; charset="utf-8"`)),
	ok("blanks around it", type("", "Content-Type: \tapplication/json ")),
	...["text/plain", "application/jsonp", "application/json5", "json", "",
		"application/ json", "text/plain; application/json",
		"application/x-www-form-urlencoded", "*/*",
		"multipart/form-data; boundary=application/json",
		"text/plain, application/json",
		"application/json, text/plain"].map((t) => no(`"${t}"`,
	    type("", `Content-Type: ${t}`), 415, "unsupported_media_type")),
	no("none", type(""), 415, "unsupported_media_type"),
	end("two of them", type("", json, "Content-Type: text/plain"), 400,
	    "bad_framing"),
	end("the other two", type("", "Content-Type: text/plain", json), 400,
	    "bad_framing"),
];

const codings = [
	...["identity", "Identity", "", " identity "].map((c) =>
	    ok(`"${c}"`, post([`Content-Encoding: ${c}`]))),
	...["gzip", "x-gzip", "br", "deflate", "zstd", "aws-chunked", "chunked",
		"identity, gzip", "gzip, identity", "gzip\xe9"].map((c) =>
	    no(`"${c}"`, post([`Content-Encoding: ${c}`]), 415,
		"unsupported_media_type")),
	no("two of them", post(["Content-Encoding: identity",
		"Content-Encoding: gzip"]), 415, "unsupported_media_type"),
	no("the other two", post(["Content-Encoding: gzip",
		"Content-Encoding: identity"]), 415, "unsupported_media_type"),
	ok("of a GET", health("Content-Encoding: gzip")),
	ok("what the client takes", health("Accept-Encoding: gzip;q=1, *;q=0",
	    "TE: trailers, gzip;q=1")),
];

const goOn = "Expect: 100-continue";
const expectations = [
	row("100-continue", post([goOn]), [[100, 200]], { interim: true }),
	row("100-Continue", post(["expect: 100-Continue"]), [[100, 200]],
	    { interim: true }),
	row("100-continue of HTTP/1.0", post([goOn]).replace("HTTP/1.1",
	    "HTTP/1.0"), 200, { open: false }),
	row("100-continue of a GET", health(goOn), 200, { interim: true }),
	end("100-continue without a key", post([goOn]).replace(`${key}\r\n`, ""),
	    401, "invalid_api_key"),
	end("100-continue of another type", post([goOn]).replace(json,
	    "Content-Type: text/plain"), 415, "unsupported_media_type"),
	end("100-continue without a length", framed([goOn]), 411,
	    "length_required"),
	end("100-continue of too much", framed([goOn,
		"Content-Length: 33554433"]), 413, "body_too_large"),
	end("100-continue to nothing", request("POST /none HTTP/1.1",
	    "Host: localhost", goOn, "Content-Length: 5"), 404, "not_found"),
	either("another", health("Expect: the-unexpected"), 200, 417),
];

const lines = [
	row("three", health().repeat(3), [200, 200, 200]),
	row("twenty", health().repeat(20), Array(20).fill(200)),
	row("a post between", health() + post([]) + health(), [200, 200, 200]),
	row("two posts", post([]) + post([]), [200, 200]),
	row("a post in chunks and a GET", chunked(chunk(good), last) + health(),
	    [200, 200]),
	row("an empty line between", `${health()}\r\n${health()}`, [200, 200]),
	row("OPTIONS and a GET", request("OPTIONS /health HTTP/1.1",
	    "Host: localhost") + health(), [204, 200]),
	row("404 and a GET", get("/none") + health(), [404, 200]),
	row("401 with a body and a GET", post([]).replace(`${key}\r\n`, "") +
	    health(), [401, 200]),
	row("415 with a body and a GET", post(["Content-Encoding: gzip"]) +
	    health(), [415, 200]),
	row("400 of the body and a GET", post([], "{") + health(), [400, 200]),
	row("a good one before a bad one", health() + health("X A: b"),
	    [200, 400], { open: false }),
	shared("a bad one before a good one", health("X A: b")),
	row("a last one before another", health("Connection: close") + health(),
	    200, { open: false }),
	row("bytes behind a whole body", post([]) + "{}\r\n\r\n",
	    [200, [400, "cut"]], { open: false }),
	row("less than the length, and a GET", framed(["Content-Length: 5"],
	    good.slice(0, 5)) + health(), [400, 200]),
];

const wide = (n, each) => Array.from({ length: n }, (_, i) =>
	`X-${i}: ${"v".repeat(each)}`);
const sizes = [
	no("a target of 16 kB", get("/".padEnd(16384, "a")), 404, "not_found"),
	no("a target of 8 kB", get(`/${"a".repeat(8000)}`), 404, "not_found"),
	ok("a query of 8 kB", get(`/health?${"a".repeat(8000)}`)),
	theirs("a target of 40 kB", get(`/${"a".repeat(40000)}`), 414, 431),
	theirs("a query of 40 kB", get(`/health?${"a".repeat(40000)}`), 414,
	    431),
	...[16385, 20000, 30000].map((n) => no(`a target of ${n} bytes`,
	    get("/".padEnd(n, "a")), 414, "target_too_long")),
	no("a query of 20 kB", get(`/health?${"a".repeat(20000)}`), 414,
	    "target_too_long"),
	...["a&", "a=b&", "&", "key=value&", "abcdefghijklmnopqrst&"].flatMap(
	    (a) => [
		ok(`150 arguments ${a}`, get(`/health?${a.repeat(150)}`)),
		...[300, 400, 510, 600, 1000, 30000 / a.length].map((n) =>
		    no(`${n} arguments ${a}`, get(`/health?${a.repeat(n)}`),
			414, "target_too_long")),
		theirs(`40 kB of arguments ${a}`, get(`/health?${
		    a.repeat(40000 / a.length)}`), 414, 431),
	    ]),
	no("1,000 arguments of a post", post([]).replace(chat, `${chat}?${
	    "a=b&".repeat(1000)}`), 414, "target_too_long"),
	no("1,000 arguments of no path", get(`/none?${"a&".repeat(1000)}`), 414,
	    "target_too_long"),
	...[100, 200, 300, 1000].map((n) => either(
	    `200 arguments and ${n} headers`, get(`/health?${"a&".repeat(200)}`,
		...wide(n, 4)), 200, 431)),
	theirs("a method of 40 kB", request(`${"A".repeat(40000)} / HTTP/1.1`),
	    400, 414, 431, 501, "cut"),
	theirs("a line of 100 kB that never ends", "A".repeat(100000), 400, 414,
	    431, 501, "cut"),
	ok("100 headers of 90 bytes", health(...wide(100, 90))),
	ok("a header of 16 kB", health(...wide(1, 16000))),
	theirs("a header of 40 kB", health(...wide(1, 40000)), 413, 431),
	theirs("a name of 40 kB", health(`${"X".repeat(40000)}: b`), 413, 431),
	theirs("2,000 headers of 10 bytes", health(...wide(2000, 4)), 413, 431),
	theirs("100 kB of headers", health(...wide(1000, 90)), 413, 431),
	ok("5 kB of Cookie", health(`Cookie: a=${"b".repeat(5000)}`)),
	either("20 kB of Cookie", health(`Cookie: a=${"b".repeat(20000)}`), 200,
	    413, 431),
	either("20 kB of Cookie lines", health(...Array.from({ length: 200 },
	    (_, i) => `Cookie: c${i}=${"b".repeat(90)}`)), 200, 413, 431),
	either("4,000 cookies", health(`Cookie: ${"a=b; ".repeat(4000)}`), 200,
	    413, 431),
	either("40 kB of trailers", chunked(chunk(good), "0\r\n",
	    wide(400, 90).join("\r\n"), "\r\n\r\n"), 200, 400, 413, 431, "cut"),
	/* 0.9.75 has no other answer: doc/mhd.md */
	theirs("a chunk's extension of 100 kB", chunked(
	    sized(`${hex};a=${"b".repeat(100000)}`)), 400, 413, 431, 500, "cut"),
];

const post5 = framed(["Content-Length: 5"]);
const halves = [
	half("nothing", ""),
	half("a letter", "G"),
	half("half a line", "GET /hea"),
	half("a line", "GET /health HTTP/1.1\r\n"),
	half("half a header", "GET /health HTTP/1.1\r\nHo"),
	half("all but the last line", health().slice(0, -2)),
	half("all but the last byte", health().slice(0, -1)),
	half("a post's headers", framed([`Content-Length: ${size}`])),
	half("all but the last byte of a body", post([]).slice(0, -1)),
	half("a body of another's", post5 + "hell"),
	half("chunked, and no chunk", chunked()),
	half("half a chunk's size", chunked("1")),
	half("half a chunk", chunked(chunk(good).slice(0, -10))),
	half("no last chunk", chunked(chunk(good))),
	half("half of the last chunk", chunked(chunk(good), "0\r\n")),
	half("half a trailer", chunked(chunk(good), "0\r\nX-A: b\r\n")),
	half("a whole URL's half", "GET http://localhost/hea"),
];

export const framingGroups = { "header names": names, "header values": values,
	"Content-Length": lengths, "Transfer-Encoding": encodings, chunks,
	bodies, "Content-Type": mediaTypes, "Content-Encoding": codings,
	Expect: expectations, pipelining: lines, sizes,
	"half requests": halves };
