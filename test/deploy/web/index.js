const { createServer } = require('node:http');

// Where a web function is asked.
const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');
createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const answer = { asked: JSON.parse(body), level: process.env.LEVEL, at: request.headers.host };
    response.end(JSON.stringify(answer));
  });
}).listen(Number(port), host);
