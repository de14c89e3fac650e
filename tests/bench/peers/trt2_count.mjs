// @trt2/gsm-charset-utils answers the vectors.
import { createRequire } from 'node:module';
import { answer } from './ask.mjs';

const utilities = createRequire(process.env.PEERS + '/')('@trt2/gsm-charset-utils');

await answer((text) => {
  const count = utilities.getCharCount(text);
  return [count.encoding === 'GSM', count.charCount, count.msgCount];
});
