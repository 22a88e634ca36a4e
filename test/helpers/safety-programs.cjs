// The programs of test/integration/safety.test.ts: node safety-programs.cjs MODULE NAME [ARGUMENT]. Each prints what it saw as JSON.
'use strict';

const { ready } = require('./safety/kit.cjs');
const programs = { ...require('./safety/user-code.cjs'), ...require('./safety/streams.cjs'), ...require('./safety/sessions.cjs') };

ready.then(() => programs[process.argv[3]]()).then((seen) => {
  console.log(JSON.stringify(seen));
  process.exit(0);
}, (error) => {
  console.error(error);
  process.exit(1);
});
