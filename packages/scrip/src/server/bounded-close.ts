import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { UnderWay } from './under-way.ts';

/** How often connections are looked through once the server closes. Until the first time, what is arriving can arrive. */
const SWEEP_MS = 1000;

/**
 * Lets a server that closes wait for the answers under way, for `withinMs` at most, and for nothing else. Node alone waits
 * for every connection that has not said a whole request: for ever, where a byte comes now and then.
 */
export function installBoundedClose(
  app: FastifyInstance,
  {
    underWay,
    withinMs,
    sweepMs = SWEEP_MS,
  }: { readonly underWay: UnderWay; readonly withinMs: number; readonly sweepMs?: number },
): void {
  const connections = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  let sweep: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    const closingSinceMs = performance.now();
    sweep = setInterval(() => {
      const isLate = performance.now() - closingSinceMs >= withinMs;
      for (const socket of connections) if (isLate || !underWay.isOn(socket)) socket.destroy();
    }, sweepMs);
  });
  app.addHook('onClose', async () => clearInterval(sweep));
}
