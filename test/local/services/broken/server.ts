/** A service that doesn't start. */
console.error('no database to talk to');
process.exit(3);
