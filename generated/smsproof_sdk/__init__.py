"""Typed clients for text message vendors, written from their contracts.

smsproof_sdk.intelepeer   IntelePeer: IntelePeer Atmosphere Messaging
smsproof_sdk.messangi   Messangi: Messangi Outbound SMS
"""
