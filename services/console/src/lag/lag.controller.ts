import { Controller, Get, Headers, Inject } from '@nestjs/common';
import { LagView, type LagAnswer } from './lag.view.js';

/** How far the services are behind, for the operator. */
@Controller('api/console/v1')
export class LagController {
  constructor(@Inject(LagView) private readonly view: LagView) {}

  @Get('lag')
  lag(@Headers('authorization') authorization: string | undefined): Promise<LagAnswer> {
    return this.view.read(authorization);
  }
}
