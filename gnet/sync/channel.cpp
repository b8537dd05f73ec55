#include "gnet/sync/channel.h"

namespace gnet {

ChannelClosed::ChannelClosed() : QueueClosed("the channel is closed") {}

}  // namespace gnet
