import * as net from 'net';
const port: number = Number(process.argv[3]);
net.createServer(() => {}).listen(port, '127.0.0.1'); process.stdin.resume();
