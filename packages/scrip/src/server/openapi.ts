import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Collects every route that is registered after it into an OpenAPI 3.1 document. */
export async function installOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Scrip',
        version: '1',
        description:
          'Keeps and serves prepaid credits. Amounts are decimal strings; every change takes an Idempotency-Key; errors are RFC 9457.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An operator key (scrip_op_…) with its role, or an account key (scrip_ak_…), which reads its own account.',
          },
        },
      },
    },
  });
}
