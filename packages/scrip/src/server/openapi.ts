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
              'An operator key (scrip_op_… where Scrip made it) with its role, or an account key (scrip_ak_…), which reads its own account.',
          },
        },
      },
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const { openapiObject } = document;
      for (const path of Object.values(openapiObject.paths ?? {}))
        for (const operation of Object.values(path ?? {})) tellWhetherBodyIsNeeded(operation);
      return openapiObject;
    },
  });
}

/** Every body is said to be needed; but none is taken for an empty object, where the schema has one pass. */
function tellWhetherBodyIsNeeded(operation: unknown): void {
  const { requestBody } = operation as { requestBody?: DocumentedBody };
  if (requestBody === undefined) return;
  requestBody.required = Object.values(requestBody.content).some(
    ({ schema: { required = [], minProperties = 0, type } }) =>
      type !== 'object' || required.length > 0 || minProperties > 0,
  );
}

interface DocumentedBody {
  required: boolean;
  readonly content: Readonly<
    Record<
      string,
      {
        readonly schema: {
          readonly required?: string[];
          readonly minProperties?: number;
          readonly type?: string;
        };
      }
    >
  >;
}
