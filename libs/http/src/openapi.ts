import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiParam,
  ApiQuery,
  ApiResponse,
  DocumentBuilder,
  SwaggerModule,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { z } from 'zod';
import { ZodPipe } from './zod.js';

const ROUTE_ARGUMENTS = '__routeArguments__';
const METHOD = 'method';

type SchemaObject = Record<string, unknown>;

/** A zod schema as callers see it: what goes in (`input`) or what comes out. */
export function openApiSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): SchemaObject {
  const json = z.toJSONSchema(schema, { io, target: 'openapi-3.0', unrepresentable: 'any' }) as SchemaObject;
  const { $schema: _dialect, ...rest } = json;
  return rest;
}

/** `@Answers(200, 'The account', accountSchema)`: what a handler answers with, for the document. */
export const Answers = (status: number, description: string, schema?: z.ZodType): MethodDecorator =>
  ApiResponse({ status, description, ...(schema === undefined ? {} : { schema: openApiSchema(schema, 'output') }) });

/**
 * The OpenAPI document of a service, from its controllers. Bodies and parameters come from the zod schemas that also
 * parse them (`zodBody`, `zodQuery`, `zodParams`), so the document cannot say something else than the service does.
 */
export function openApiDocument(app: NestFastifyApplication, name: string): OpenAPIObject {
  describeArguments(app);
  const config = new DocumentBuilder()
    .setTitle(`Ratestream ${name}`)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key, scoped to a tenant subtree' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  addProblem(document);
  return document;
}

function describeArguments(app: NestFastifyApplication): void {
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as object;
      for (const handlerName of Object.getOwnPropertyNames(prototype))
        describeHandler(metatype, prototype, handlerName);
    }
  }
}

function describeHandler(controller: object, prototype: object, handlerName: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, handlerName);
  if (typeof descriptor?.value !== 'function') return;
  if ((Reflect.getMetadata(METHOD, descriptor.value as object) as RequestMethod | undefined) === undefined) return;
  const routeArguments = (Reflect.getMetadata(ROUTE_ARGUMENTS, controller, handlerName) ?? {}) as Record<
    string,
    { pipes?: unknown[] }
  >;
  for (const { pipes } of Object.values(routeArguments)) {
    for (const pipe of pipes ?? []) {
      if (pipe instanceof ZodPipe) describe(pipe as ZodPipe<z.ZodType>, prototype, handlerName, descriptor);
    }
  }
}

function describe(
  pipe: ZodPipe<z.ZodType>,
  prototype: object,
  handlerName: string,
  descriptor: PropertyDescriptor,
): void {
  const schema = openApiSchema(pipe.schema);
  if (pipe.place === 'body') {
    ApiBody({ schema })(prototype, handlerName, descriptor);
    return;
  }
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  for (const [name, property] of Object.entries((schema['properties'] ?? {}) as Record<string, SchemaObject>)) {
    if (pipe.place === 'path') ApiParam({ name, schema: property })(prototype, handlerName, descriptor);
    else ApiQuery({ name, required: required.has(name), schema: property })(prototype, handlerName, descriptor);
  }
}

const PROBLEM: SchemaObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; branch on this' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string' },
          parameter: { type: 'string' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
  },
};

/** Every operation may also answer with a problem. */
function addProblem(document: OpenAPIObject): void {
  const schemas = ((document.components ??= {}).schemas ??= {}) as Record<string, unknown>;
  schemas['Problem'] = PROBLEM;
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations as Record<string, { responses?: Record<string, unknown> }>)) {
      if (operation.responses === undefined) continue;
      operation.responses['default'] = {
        description: 'Refused or failed',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      };
    }
  }
}
