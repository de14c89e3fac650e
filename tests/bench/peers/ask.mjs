// Reads questions line by line and prints what `count(text)` answers: [is it GSM-7, units, segments].
import { createInterface } from 'node:readline';

export async function answer(count) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, text } = JSON.parse(line);
    const [gsm7, units, segments] = count(text);
    console.log(JSON.stringify({ id, encoding: gsm7 ? 'gsm7' : 'ucs2', units, segments }));
  }
}
