// Everything that a program on gnet needs, in one include.

#pragma once

#include "gnet/base/duration.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/base/shorten.h"
#include "gnet/base/size.h"
#include "gnet/fiber/cancel_scope.h"
#include "gnet/fiber/deadline.h"
#include "gnet/fiber/fiber.h"
#include "gnet/fiber/hub.h"
#include "gnet/fiber/interrupt.h"
#include "gnet/fiber/local.h"
#include "gnet/fiber/loop_exit.h"
#include "gnet/fiber/mailbox.h"
#include "gnet/fiber/nursery.h"
#include "gnet/fiber/timeout.h"
#include "gnet/fiber/wait.h"
#include "gnet/io/endpoint.h"
#include "gnet/sync/event.h"
