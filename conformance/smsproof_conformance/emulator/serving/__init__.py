"""How an emulator is reached: sockets, the layer of bytes, and the ASGI application behind them."""
