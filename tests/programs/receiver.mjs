// A right receiver on Node's http, as people write one: `node receiver.mjs VENDOR CODE`; prints its base URL.
import { createServer } from "node:http";
import { timingSafeEqual } from "node:crypto";

const [, , vendor, code] = process.argv;
const handled = {};
const known = new Set();

function equal(given) {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(code)];
  return typeof given === "string" && a.length === b.length && timingSafeEqual(a, b);
}

function take(body) {
  let delivery;
  try {
    delivery = JSON.parse(body);
  } catch {
    return 400;
  }
  if (typeof delivery !== "object" || delivery === null) return 400;
  if (vendor === "intelepeer" && !equal(delivery.signature)) return 403;
  const id = vendor === "intelepeer" ? delivery.refid : delivery.id;
  if (typeof id !== "string") return 422;
  const key = JSON.stringify([id, delivery.status]);
  if (known.has(key)) return 200;
  known.add(key);
  setTimeout(() => (handled[id] = (handled[id] ?? 0) + 1), 20);
  return 200;
}

const server = createServer((request, response) => {
  if (request.method === "GET" && request.url === "/probe") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ handled }));
    return;
  }
  const pieces = [];
  let size = 0;
  request.on("data", (piece) => {
    size += piece.length;
    if (size <= 100 * 1024) pieces.push(piece);
    else if (!response.headersSent) response.writeHead(413, { connection: "close" }).end();
  });
  request.on("end", () => {
    if (response.headersSent) return;
    response.writeHead(request.method === "POST" ? take(Buffer.concat(pieces)) : 404).end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
