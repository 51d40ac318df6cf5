import { Module } from '@nestjs/common';
import { HealthRoutes } from './health-routes.js';
import { ProjectionRoutes } from './projection-routes.js';

/** Health and the life cycle of the read models. */
@Module({ controllers: [HealthRoutes, ProjectionRoutes] })
export class OperationsModule {}
